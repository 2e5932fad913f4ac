-- Pictures, and who gave them; their bytes are among the blobs.
CREATE TABLE images (
    name TEXT NOT NULL PRIMARY KEY,
    place TEXT NOT NULL,
    owner BIGINT NOT NULL,
    giver BIGINT NOT NULL,
    put_at BIGINT NOT NULL
);
CREATE INDEX images_owner ON images (owner, place);
CREATE INDEX images_giver ON images (giver, name);
