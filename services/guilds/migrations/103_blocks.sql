-- Who has blocked whom, as people said last: what isn't any more stays as the number of its event.
CREATE TABLE blocks (
    person BIGINT NOT NULL,
    other BIGINT NOT NULL,
    is_blocked BOOLEAN NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (person, other)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX blocks_other ON blocks (other, person);
