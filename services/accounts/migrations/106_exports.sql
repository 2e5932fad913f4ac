-- Archives that people asked for. The archive itself is a blob.
CREATE TABLE exports (
    id BIGINT NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    -- Until when a process has it in hand.
    held_until BIGINT NOT NULL,
    -- How many records are in it so far.
    records BIGINT NOT NULL,
    ready_at BIGINT,
    bytes BIGINT NOT NULL
);
CREATE INDEX exports_account ON exports (account, id);
CREATE INDEX exports_waiting ON exports (id) WHERE ready_at IS NULL;
