-- When the session's person proved last to be the one who signed in.
ALTER TABLE sessions ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;
