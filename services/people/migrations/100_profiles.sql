CREATE TABLE profiles (
    id BIGINT NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
