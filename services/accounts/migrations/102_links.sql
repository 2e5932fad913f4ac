-- Links in mails. What is in the mail is nowhere else: here is its SHA-256.
CREATE TABLE links (
    hash TEXT NOT NULL PRIMARY KEY,
    -- `verify`, `change_email`, `reset`
    purpose TEXT NOT NULL,
    account BIGINT NOT NULL,
    -- The address that it was mailed to.
    email TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX links_account ON links (account);
CREATE INDEX links_expires_at ON links (expires_at);
