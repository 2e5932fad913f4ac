-- Beside operators there are moderators.
ALTER TABLE accounts ADD COLUMN moderator BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX accounts_staff ON accounts (id) WHERE operator OR moderator;

-- Accounts that nobody can sign in with, until a moment or until it is lifted.
CREATE TABLE suspensions (
    account BIGINT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    -- 0: the command line.
    by_account BIGINT NOT NULL
);

-- A deletion that an operator asked for is not for the person to cancel.
ALTER TABLE deletions ADD COLUMN by_operator BOOLEAN NOT NULL DEFAULT FALSE;

-- One row when an operator said who may register; none: the settings' file says it.
CREATE TABLE registration_rules (
    seat INTEGER NOT NULL PRIMARY KEY CHECK (seat = 1),
    -- JSON, as in the contract.
    rules TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Codes that let people register.
CREATE TABLE registration_codes (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL,
    -- 0: the command line.
    made_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    max_uses BIGINT,
    uses BIGINT NOT NULL
);
CREATE TABLE registration_code_uses (
    account BIGINT NOT NULL PRIMARY KEY,
    code BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX registration_code_uses_code ON registration_code_uses (code, account);

-- What operators and moderators did: ids, no names nor addresses.
CREATE TABLE acts (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- 0: the command line.
    by_account BIGINT NOT NULL,
    place TEXT NOT NULL,
    -- 0: no account.
    account BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- JSON, as in the contract.
    detail TEXT NOT NULL
);
CREATE INDEX acts_account ON acts (account, id) WHERE account <> 0;
CREATE INDEX acts_by ON acts (by_account, id);
CREATE INDEX acts_at ON acts (at);
