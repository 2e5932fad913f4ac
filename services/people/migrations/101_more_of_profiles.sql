ALTER TABLE profiles ADD COLUMN handle TEXT;
ALTER TABLE profiles ADD COLUMN avatar TEXT;
ALTER TABLE profiles ADD COLUMN banner TEXT;
ALTER TABLE profiles ADD COLUMN accent_color TEXT;
ALTER TABLE profiles ADD COLUMN bio TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN pronouns TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN status_emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN status_text TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN status_until BIGINT;
-- The last two changes of the handle.
ALTER TABLE profiles ADD COLUMN renamed_at BIGINT;
ALTER TABLE profiles ADD COLUMN renamed_before BIGINT;
CREATE INDEX profiles_without_handle ON profiles (id) WHERE handle IS NULL;

-- Who has each handle, and who had it until when: it stays with its old owner for a while.
CREATE TABLE handles (
    handle TEXT NOT NULL PRIMARY KEY,
    owner BIGINT NOT NULL,
    released_at BIGINT
);
CREATE INDEX handles_owner ON handles (owner);
CREATE UNIQUE INDEX handles_current ON handles (owner) WHERE released_at IS NULL;
