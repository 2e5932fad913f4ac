-- Passkeys (WebAuthn).
CREATE TABLE passkeys (
    id BIGINT NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL,
    -- The credential's id, in base64url.
    credential TEXT NOT NULL UNIQUE,
    -- A COSE key, in base64url.
    public_key TEXT NOT NULL,
    -- How often it signed, as it says; 0: it doesn't count.
    counter BIGINT NOT NULL,
    -- How browsers reach it, separated by spaces.
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_account ON passkeys (account);
