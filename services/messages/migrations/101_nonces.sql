-- A nonce stands with its message, as a fingerprint, for as long as the message does: one tree less to write to, and one
-- index for what a person has sent. Sends that were retried across this step are told apart by it once.
ALTER TABLE messages ADD COLUMN nonce BIGINT;
ALTER TABLE messages ADD COLUMN body BIGINT;
CREATE UNIQUE INDEX messages_nonce ON messages (author, channel, nonce);
DROP INDEX messages_author;
DROP TABLE nonces;
