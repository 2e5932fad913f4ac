-- The event log of one service. A stream's seq is contiguous; relayed is how far its bell was rung.
CREATE TABLE streams (
    name TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    relayed BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX streams_unrelayed ON streams (name) WHERE relayed < seq;

CREATE TABLE events (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) /*sqlite WITHOUT ROWID*/;

-- How far this service has followed the streams of others.
CREATE TABLE cursors (
    follower TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (follower, stream)
) /*sqlite WITHOUT ROWID*/;

-- Events that this service could not take in, for the operator to look at.
CREATE TABLE dead_letters (
    follower TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (follower, stream, seq)
) /*sqlite WITHOUT ROWID*/;

-- Up to which moment (Unix milliseconds) each node may have made ids.
CREATE TABLE id_high_water (
    node BIGINT NOT NULL PRIMARY KEY,
    until_ms BIGINT NOT NULL
);
