-- Which process makes ids under which node number, and until when (Unix milliseconds by the database's clock). A process
-- that has a SQLite file has it alone: it is node 0 without asking.
CREATE TABLE nodes (
    node BIGINT NOT NULL PRIMARY KEY,
    holder BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
