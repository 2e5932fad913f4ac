-- Accounts that are to be deleted, and those that were: ids, counts and moments, nothing of the person.
CREATE TABLE deletions (
    account BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    requested_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- JSON, as in the contract.
    wishes TEXT NOT NULL,
    receipts TEXT NOT NULL,
    -- Until when a process has it in hand; 0: the erasing has not begun.
    held_until BIGINT NOT NULL,
    done_at BIGINT,
    certificate TEXT
);
CREATE INDEX deletions_due ON deletions (due_at) WHERE done_at IS NULL;
