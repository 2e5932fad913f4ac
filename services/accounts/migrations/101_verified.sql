-- When the address was proven to be the person's; the language of mails.
ALTER TABLE accounts ADD COLUMN email_verified_at BIGINT;
ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
