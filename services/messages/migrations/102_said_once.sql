-- What was said stands once, in the order in which it was said: its event is told from it again, and is in the log no more.
-- Messages of all channels that are said at the same time share pages; a channel's are found by a narrow index.
ALTER TABLE messages ADD COLUMN nonce_text TEXT;
DELETE FROM events WHERE kind = 'message_sent';
/*sqlite
CREATE TABLE said (
    id INTEGER NOT NULL PRIMARY KEY,
    channel BIGINT NOT NULL,
    number BIGINT NOT NULL,
    author BIGINT NOT NULL,
    text TEXT NOT NULL,
    reply_to BIGINT,
    sent_at BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    seq BIGINT NOT NULL,
    nonce BIGINT,
    body BIGINT,
    nonce_text TEXT
);
INSERT INTO said (id, channel, number, author, text, reply_to, sent_at, deleted, seq, nonce, body, nonce_text)
    SELECT id, channel, number, author, text, reply_to, sent_at, deleted, seq, nonce, body, nonce_text
    FROM messages ORDER BY id;
DROP TABLE messages;
ALTER TABLE said RENAME TO messages;
CREATE UNIQUE INDEX messages_place ON messages (channel, number);
CREATE UNIQUE INDEX messages_nonce ON messages (author, channel, nonce);
*/
