-- One row, or none: the store was made for tests. A test clock may run ahead of the time on it, and no worker runs on it.
CREATE TABLE TestStore (
    StoreNo  bigint NOT NULL CONSTRAINT PK_TestStore PRIMARY KEY CONSTRAINT CK_TestStore_One CHECK (StoreNo = 1)
);
