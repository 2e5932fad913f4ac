-- How two people stand to each other: a row for each side, which say the same.
CREATE TABLE friends (
    person BIGINT NOT NULL,
    other BIGINT NOT NULL,
    -- friend, incoming, outgoing.
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (person, other)
) /*sqlite WITHOUT ROWID*/;

-- How many requests a person sent lately: the more, the longer the next one waits.
CREATE TABLE friend_paces (
    person BIGINT NOT NULL PRIMARY KEY,
    requests INTEGER NOT NULL,
    last_at BIGINT NOT NULL
);

ALTER TABLE settings ADD COLUMN friend_requests_from TEXT;
