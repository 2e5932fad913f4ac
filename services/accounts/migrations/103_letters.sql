-- Mails that are to be written and handed over. Whether there is such an account is seen only then, and a link is made
-- only then: asking for a mail takes the same, whoever asks.
CREATE TABLE letters (
    id BIGINT NOT NULL PRIMARY KEY,
    about TEXT NOT NULL,
    -- 0: whoever has the address.
    account BIGINT NOT NULL,
    email TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL
);
CREATE INDEX letters_next_at ON letters (next_at);
