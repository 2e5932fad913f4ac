-- When somebody spoke last where one waits between two messages, and by which nonce. Kept for as long as it may matter.
CREATE TABLE turns (
    author BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    nonce BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (author, channel)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX turns_at ON turns (at);
