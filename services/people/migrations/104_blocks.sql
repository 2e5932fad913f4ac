-- Whom a person has blocked.
CREATE TABLE blocks (
    person BIGINT NOT NULL,
    other BIGINT NOT NULL,
    since BIGINT NOT NULL,
    -- Of the event that told it, on the person's stream.
    seq BIGINT NOT NULL,
    PRIMARY KEY (person, other)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX blocks_other ON blocks (other);
