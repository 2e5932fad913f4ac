-- The name of the guild's picture.
ALTER TABLE guilds ADD COLUMN icon TEXT;
