-- What a member is called in the guild, and until when a time-out silences them.
ALTER TABLE members ADD COLUMN nickname TEXT;
ALTER TABLE members ADD COLUMN timed_out_until BIGINT;

CREATE TABLE bans (
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    person BIGINT NOT NULL,
    actor BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (guild, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX bans_at ON bans (guild, at, person);
CREATE INDEX bans_person ON bans (person);
CREATE INDEX bans_actor ON bans (actor);

-- What was done in a guild. What people wrote of it stands in the entry and nowhere else.
CREATE TABLE audit_log (
    id BIGINT NOT NULL PRIMARY KEY,
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    actor BIGINT NOT NULL,
    -- On whom, if on a person.
    person BIGINT,
    act TEXT NOT NULL,
    entry TEXT NOT NULL
);
CREATE INDEX audit_log_guild ON audit_log (guild, id);
CREATE INDEX audit_log_actor ON audit_log (actor, guild, id);
CREATE INDEX audit_log_person ON audit_log (person);
