CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- The address as it is compared: lower case.
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    operator BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- One row: the account that came first runs the installation.
CREATE TABLE first_account (
    seat INTEGER NOT NULL PRIMARY KEY CHECK (seat = 1),
    account BIGINT NOT NULL
);

CREATE TABLE sessions (
    id BIGINT NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    -- SHA-256 of the refresh token that is good now.
    current_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_account ON sessions (account);
CREATE INDEX sessions_ended_at ON sessions (ended_at);
CREATE INDEX sessions_idle ON sessions (last_used_at) WHERE ended_at IS NULL;

-- Refresh tokens that were exchanged: seen again much later, they tell of a theft.
CREATE TABLE used_refresh_tokens (
    session BIGINT NOT NULL,
    hash TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (session, hash)
) /*sqlite WITHOUT ROWID*/;

-- Keys of this installation, in base64url.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) /*sqlite WITHOUT ROWID*/;
