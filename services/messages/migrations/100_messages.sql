-- The newest number of each channel; numbers are contiguous.
CREATE TABLE heads (
    channel BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL
);

CREATE TABLE messages (
    channel BIGINT NOT NULL,
    number BIGINT NOT NULL,
    id BIGINT NOT NULL,
    author BIGINT NOT NULL,
    text TEXT NOT NULL,
    reply_to BIGINT,
    sent_at BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    -- Where its message_sent stands in the channel's stream.
    seq BIGINT NOT NULL,
    PRIMARY KEY (channel, number)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE INDEX messages_author ON messages (author, id);

-- What makes a retried send answer the first message.
CREATE TABLE nonces (
    author BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    nonce TEXT NOT NULL,
    message BIGINT NOT NULL,
    body BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (author, channel, nonce)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX nonces_sent_at ON nonces (sent_at);

CREATE TABLE markers (
    person BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (person, channel)
) /*sqlite WITHOUT ROWID*/;
