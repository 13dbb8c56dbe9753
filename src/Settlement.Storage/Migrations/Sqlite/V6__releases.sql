-- What a command or a catalog has set free of the quarantine and is not stored as usage yet (7.3). The first entries go with the command, the others in pieces after it;
-- no hour closes until all of them are done. It means the entries of one reason, of one account or of all, with numbers in (AfterNo, UpToNo].
CREATE TABLE QuarantineRelease (
    ReleaseNo  bigint        NOT NULL PRIMARY KEY,
    Reason     nvarchar(32)  NOT NULL,
    Account    nvarchar(128) NULL,          -- null: of every account
    SinceUs    bigint        NOT NULL,
    DecidedBy  nvarchar(128) NOT NULL,
    AfterNo    bigint        NOT NULL,
    UpToNo     bigint        NOT NULL,
    Released   bigint        NOT NULL,      -- in pieces after the command
    Done       bigint        NOT NULL
) WITHOUT ROWID;

CREATE INDEX IX_QuarantineRelease_Waiting ON QuarantineRelease (ReleaseNo) WHERE Done = 0;
CREATE INDEX IX_Quarantine_Held ON Quarantine (Reason, QuarantineNo) WHERE State = 'held';
