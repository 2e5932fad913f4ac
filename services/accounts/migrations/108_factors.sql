-- Authenticator apps (RFC 6238).
CREATE TABLE totp (
    account BIGINT NOT NULL PRIMARY KEY,
    -- In base64url. It is told to its person once, and never exported.
    secret TEXT NOT NULL,
    -- Absent: it was begun, and isn't asked for yet.
    confirmed_at BIGINT,
    -- The period whose code was taken last.
    last_step BIGINT NOT NULL
);

-- What a person keeps for when the app is lost: marks that only this installation can make of the codes.
CREATE TABLE recovery_codes (
    account BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account, hash)
) /*sqlite WITHOUT ROWID*/;

-- Challenges that were answered and haven't expired: each is good once.
CREATE TABLE used_challenges (
    hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX used_challenges_expires_at ON used_challenges (expires_at);
