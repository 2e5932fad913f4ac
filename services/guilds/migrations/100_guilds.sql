CREATE TABLE guilds (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    owner BIGINT NOT NULL,
    member_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX guilds_owner ON guilds (owner);

CREATE TABLE members (
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    person BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (guild, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX members_joined ON members (guild, joined_at, person);
CREATE INDEX members_person ON members (person, joined_at, guild);

CREATE TABLE channels (
    id BIGINT NOT NULL PRIMARY KEY,
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    private BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX channels_guild ON channels (guild, position, id);

-- Who may see a private channel. The list stays while the channel is open.
CREATE TABLE channel_allowed (
    channel BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    person BIGINT NOT NULL,
    PRIMARY KEY (channel, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX channel_allowed_person ON channel_allowed (person, channel);

CREATE TABLE invites (
    code TEXT NOT NULL PRIMARY KEY,
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    creator BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    max_uses INTEGER,
    uses INTEGER NOT NULL
);
CREATE INDEX invites_guild ON invites (guild, created_at);
CREATE INDEX invites_creator ON invites (creator);

-- One for each pair: low is the lower of the two ids.
CREATE TABLE directs (
    channel BIGINT NOT NULL PRIMARY KEY,
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (low, high)
);
CREATE INDEX directs_high ON directs (high);
