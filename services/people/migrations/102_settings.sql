-- What a person set for all devices; absent: as usual.
CREATE TABLE settings (
    person BIGINT NOT NULL PRIMARY KEY,
    theme TEXT,
    density TEXT,
    enter_sends BOOLEAN,
    notification_sound BOOLEAN,
    version BIGINT NOT NULL
);
