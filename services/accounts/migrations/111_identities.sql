-- What people are to providers that they sign in by.
CREATE TABLE identities (
    id BIGINT NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL,
    -- Who says so, and whom they mean: names of providers may change, these don't.
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The address that the provider named last.
    email TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_account ON identities (account);
-- Browsers that are at a provider. What they came with is only theirs: here are the SHA-256 of it.
CREATE TABLE auth_requests (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    provider TEXT NOT NULL,
    -- `sign_in`, `link`, `prove`
    purpose TEXT NOT NULL,
    -- Whose session began it; 0: nobody's.
    account BIGINT NOT NULL,
    session BIGINT NOT NULL,
    next TEXT NOT NULL,
    -- Where an invitation is needed: its code.
    invite TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX auth_requests_expires_at ON auth_requests (expires_at);
CREATE INDEX auth_requests_account ON auth_requests (account);
