ALTER TABLE settings ADD COLUMN presence TEXT;
