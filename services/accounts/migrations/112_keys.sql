-- The keys that this installation signs with. What an older one signed verifies for as long as it is good.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    -- In base64url.
    public_key TEXT NOT NULL,
    -- Absent: another key took over, and nobody signs with this one any more.
    secret TEXT,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
