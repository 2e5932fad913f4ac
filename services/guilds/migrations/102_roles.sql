-- What every member may do: until now to view, send and create invites; with it, what is to come for everyone.
ALTER TABLE guilds ADD COLUMN everyone BIGINT NOT NULL DEFAULT 499719;

CREATE TABLE roles (
    id BIGINT NOT NULL PRIMARY KEY,
    guild BIGINT NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    color TEXT,
    hoisted BOOLEAN NOT NULL,
    permissions BIGINT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX roles_guild ON roles (guild, position);

CREATE TABLE member_roles (
    guild BIGINT NOT NULL,
    person BIGINT NOT NULL,
    role BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (guild, person, role),
    FOREIGN KEY (guild, person) REFERENCES members (guild, person) ON DELETE CASCADE
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX member_roles_role ON member_roles (role, person);
CREATE INDEX member_roles_person ON member_roles (person, guild);

-- What a channel gives and takes by itself. Kind 0 is about a role (the guild's number: every member), 1 about a person.
CREATE TABLE overwrites (
    channel BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    target BIGINT NOT NULL,
    allow_bits BIGINT NOT NULL,
    deny_bits BIGINT NOT NULL,
    PRIMARY KEY (channel, kind, target)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX overwrites_target ON overwrites (target, kind, channel);

-- A private channel was one with a list of who sees it.
INSERT INTO overwrites (channel, kind, target, allow_bits, deny_bits) SELECT channel, 1, person, 1, 0 FROM channel_allowed;
INSERT INTO overwrites (channel, kind, target, allow_bits, deny_bits) SELECT id, 0, guild, 0, 1 FROM channels WHERE private;
DROP TABLE channel_allowed;
