ALTER TABLE messages ADD COLUMN edited_at BIGINT;
ALTER TABLE messages ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- Texts that messages had before, each with the seq of the event that told of the one after it.
CREATE TABLE versions (
    channel BIGINT NOT NULL,
    message BIGINT NOT NULL,
    version BIGINT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    replaced_at_seq BIGINT NOT NULL,
    PRIMARY KEY (channel, message, version)
) /*sqlite WITHOUT ROWID*/;
