-- For how long a person waits between two messages there.
ALTER TABLE channels ADD COLUMN slow_mode INTEGER NOT NULL DEFAULT 0;
