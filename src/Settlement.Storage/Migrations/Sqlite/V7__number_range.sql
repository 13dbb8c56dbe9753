-- From where the next range of numbers for new words and scopes is given to a worker (SQL Server; on SQLite the one writer counts on from the highest number, and this
-- stays empty). Numbers may have gaps.
CREATE TABLE NumberRange (
    Name    nvarchar(16) NOT NULL PRIMARY KEY,
    NextNo  bigint NOT NULL
) WITHOUT ROWID;
