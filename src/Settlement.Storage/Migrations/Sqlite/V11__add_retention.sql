-- One row, or none: usage of the hours before this instant may have left (7.4). Without a row, nothing has left.
CREATE TABLE KeptSpan (
    StoreNo     bigint NOT NULL PRIMARY KEY CHECK (StoreNo = 1),
    KeptFromUs  bigint NOT NULL
);

-- How far the bodies of notices and commands have left. What: notice (of an account, by sequence) or command (AccountNo 0, by number).
CREATE TABLE BodyLeft (
    What       nvarchar(16) NOT NULL,
    AccountNo  bigint       NOT NULL,
    ThroughNo  bigint       NOT NULL,
    CONSTRAINT PK_BodyLeft PRIMARY KEY (What, AccountNo)
) WITHOUT ROWID;

-- Whether anything of an event is in quarantine: asked for every event that is to leave.
CREATE INDEX IX_Quarantine_Event ON Quarantine (EventId);
