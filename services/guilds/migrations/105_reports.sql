-- What members told moderators of. Handler is the moderator who took or closed it.
CREATE TABLE reports (
    id BIGINT NOT NULL PRIMARY KEY,
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    reporter BIGINT NOT NULL,
    person BIGINT NOT NULL,
    channel BIGINT,
    message BIGINT,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    handler BIGINT,
    note TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX reports_guild ON reports (guild, id);
CREATE INDEX reports_reporter ON reports (reporter, guild, state);
CREATE INDEX reports_person ON reports (person);
CREATE INDEX reports_handler ON reports (handler);
