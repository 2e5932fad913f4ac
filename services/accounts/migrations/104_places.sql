-- Where a session was used last: its address, shortened.
ALTER TABLE sessions ADD COLUMN place TEXT NOT NULL DEFAULT '';
