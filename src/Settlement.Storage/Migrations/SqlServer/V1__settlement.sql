-- The whole store. Numbers are bigint throughout: amounts 1e-8 (…E8), unit prices 1e-10 (…E10), instants microseconds since 1970 UTC (…Us),
-- hours since 1970. No project is ProjectNo 0. Text keys compare binary.
-- Columns stand in the order in which the program bulk-copies them.

-- One row: what the whole store agrees on.
CREATE TABLE Store (
    StoreNo          bigint NOT NULL CONSTRAINT PK_Store PRIMARY KEY CONSTRAINT CK_Store_One CHECK (StoreNo = 1),
    CreatedUs        bigint NOT NULL,
    LastRunUs        bigint NOT NULL,           -- the last hourly instant that the time line has passed
    ClosedSlot       bigint NOT NULL,           -- the last closed slot (hour x 1000, then late events); ingest reads it under the guard
    HeldSinceUs      bigint NULL,               -- set while closings are on hold
    ResumedUs        bigint NOT NULL,           -- the last resume: the first hourly run after it closes again
    SettingsVersion  bigint NOT NULL,
    CatalogVersion   bigint NOT NULL
);

CREATE TABLE SettingsVersion (
    Version  bigint         NOT NULL CONSTRAINT PK_SettingsVersion PRIMARY KEY,
    SinceUs  bigint         NOT NULL,
    Body     nvarchar(max) NOT NULL
);

CREATE TABLE CatalogVersion (
    Version  bigint        NOT NULL CONSTRAINT PK_CatalogVersion PRIMARY KEY,
    SinceUs  bigint        NOT NULL,
    Body     nvarchar(max) NOT NULL
);

-- Text ids appear once, here; hot rows carry numbers. Kinds: 1 api, 2 region, 3 project, 4 source.
CREATE TABLE Word (
    Kind  bigint        NOT NULL,
    No    bigint        NOT NULL,
    Text  nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT PK_Word PRIMARY KEY (Kind, No),
    CONSTRAINT UQ_Word_Text UNIQUE (Kind, Text)
);

-- AccountNo 0 is the store itself: its version and notices, no money.
CREATE TABLE Account (
    AccountNo          bigint        NOT NULL CONSTRAINT PK_Account PRIMARY KEY,
    AccountId          nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Name               nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Level              nvarchar(8) COLLATE Latin1_General_100_BIN2 NOT NULL,
    OpenedUs           bigint        NOT NULL,
    Version            bigint        NOT NULL,
    BalanceE8          bigint        NOT NULL,
    RemainderE8        bigint        NOT NULL,
    State              bigint        NOT NULL,
    ArrearsSinceUs     bigint        NOT NULL,
    BalanceBelowE8     bigint        NULL,
    BalanceLowTold     bigint        NOT NULL,
    LowPackagePercent  bigint        NULL,
    EntryCount         bigint        NOT NULL,
    NoticeCount        bigint        NOT NULL,
    CONSTRAINT UQ_Account_AccountId UNIQUE (AccountId)
);

CREATE TABLE Scope (
    ScopeNo         bigint        NOT NULL CONSTRAINT PK_Scope PRIMARY KEY,
    AccountNo       bigint        NOT NULL,
    ApiNo           bigint        NOT NULL,
    RegionNo        bigint        NOT NULL,
    ResourceName    nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    OnPackages      bigint        NOT NULL,
    PackageLowTold  bigint        NOT NULL,
    CONSTRAINT UQ_Scope UNIQUE (AccountNo, ApiNo, RegionNo),
    CONSTRAINT FK_Scope_Account FOREIGN KEY (AccountNo) REFERENCES Account (AccountNo)
);

-- Subscribed in [StartUs, EndUs); an open one ends at 9223372036854775807.
CREATE TABLE Subscription (
    ScopeNo  bigint NOT NULL,
    StartUs  bigint NOT NULL,
    EndUs    bigint NOT NULL,
    CONSTRAINT PK_Subscription PRIMARY KEY (ScopeNo, StartUs)
);

CREATE TABLE Package (
    PackageNo         bigint        NOT NULL CONSTRAINT PK_Package PRIMARY KEY,
    PackageId         nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    AccountNo         bigint        NOT NULL,
    ScopeNo           bigint        NOT NULL,
    ProjectNo         bigint        NOT NULL,
    Offer             nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Term              nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    FirstStartUs      bigint        NOT NULL,
    AutoRenew         bigint        NOT NULL,
    AutoRenewSinceUs  bigint        NOT NULL,
    DaysBefore        bigint        NOT NULL,
    CONSTRAINT UQ_Package_PackageId UNIQUE (PackageId),
    CONSTRAINT FK_Package_Scope FOREIGN KEY (ScopeNo) REFERENCES Scope (ScopeNo)
);

CREATE TABLE Lot (
    PackageNo  bigint NOT NULL,
    LotNo      bigint NOT NULL,
    ScopeNo    bigint NOT NULL,
    Origin     bigint NOT NULL,
    StartUs    bigint NOT NULL,
    EndUs      bigint NOT NULL,
    PaidUs     bigint NOT NULL,
    Calls      bigint NOT NULL,
    LeftCalls  bigint NOT NULL,
    PriceE8    bigint NOT NULL,
    CONSTRAINT PK_Lot PRIMARY KEY (PackageNo, LotNo),
    CONSTRAINT FK_Lot_Package FOREIGN KEY (PackageNo) REFERENCES Package (PackageNo),
    CONSTRAINT CK_Lot_Left CHECK (LeftCalls >= 0 AND LeftCalls <= Calls)
);

CREATE INDEX IX_Lot_Start ON Lot (ScopeNo, StartUs);
CREATE INDEX IX_Lot_End ON Lot (ScopeNo, EndUs);

-- Calls charged as pay-per-use in a month of the billing zone (5.1); Month is year x 12 + month - 1.
CREATE TABLE MonthUse (
    ScopeNo  bigint NOT NULL,
    Month    bigint NOT NULL,
    Calls    bigint NOT NULL,
    CONSTRAINT PK_MonthUse PRIMARY KEY (ScopeNo, Month)
);

-- Every event ever stored, by 128 bits of a hash of source and id behind 8 bytes that rise with time if the ids do, with 128 bits of a hash of its content (7.1).
CREATE TABLE EventIdentity (
    IdHash       varbinary(24) NOT NULL CONSTRAINT PK_EventIdentity PRIMARY KEY,
    ContentHash  varbinary(16) NOT NULL,
    AccountNo    bigint     NOT NULL,
    TimeUs       bigint     NOT NULL
);

-- Stored calls in the order in which closing reads them; never updated. SettleSlot says which closing takes the event: its own
-- hour's if that was open when it was stored, else the next. Part is 0, or the quarantine entry that it was released from.
CREATE TABLE Usage (
    SettleSlot  bigint        NOT NULL,
    AccountNo   bigint        NOT NULL,
    ScopeNo     bigint        NOT NULL,
    UseHour     bigint        NOT NULL,
    ProjectNo   bigint        NOT NULL,
    TimeUs      bigint        NOT NULL,
    SourceNo    bigint        NOT NULL,
    EventId     nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Part        bigint        NOT NULL,
    Status      bigint        NOT NULL,
    Calls       bigint        NOT NULL,
    Waived      bigint        NOT NULL,
    ArrivedUs   bigint        NOT NULL,
    CONSTRAINT PK_Usage PRIMARY KEY (SettleSlot, AccountNo, ScopeNo, UseHour, ProjectNo, TimeUs, SourceNo, EventId, Part)
);

CREATE TABLE Quarantine (
    QuarantineNo  bigint IDENTITY (1, 1) NOT NULL CONSTRAINT PK_Quarantine PRIMARY KEY,
    Reason        nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
    State         nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL,      -- held, released, discarded
    AccountNo     bigint         NOT NULL,      -- 0: unknown
    Source        nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    EventId       nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Account       nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Api           nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Region        nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Project       nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    TimeUs        bigint         NULL,
    Status        bigint         NULL,
    Calls         bigint         NOT NULL,
    Waived        bigint         NOT NULL,
    UnitPriceE10  bigint         NULL,          -- 0: not billable; null: no price
    ArrivedUs     bigint         NOT NULL,      -- the first arrival; age is judged by it
    HeldUs        bigint         NOT NULL,
    Detail        nvarchar(4000) COLLATE Latin1_General_100_BIN2 NULL,          -- the field and cause, or the raw event
    DecidedUs     bigint         NULL,
    DecidedBy     nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    DecidedBecause nvarchar(1000) COLLATE Latin1_General_100_BIN2 NULL          -- of a discard
);

CREATE INDEX IX_Quarantine_State ON Quarantine (State, Reason, Account);

-- Conflicts and malformed events are kept once for each different content.
CREATE TABLE HeldOnce (
    HoldHash  varbinary(16) NOT NULL CONSTRAINT PK_HeldOnce PRIMARY KEY
);

-- A closing run: the slots (AfterSlot, ToSlot], due at DueUs. Several can be due at one instant (run-job), each slot is closed once.
CREATE TABLE Run (
    ToSlot     bigint NOT NULL CONSTRAINT PK_Run PRIMARY KEY,
    AfterSlot  bigint NOT NULL,
    DueUs      bigint NOT NULL,
    Hourly     bigint NOT NULL,               -- 1: the run of the hour; 0: one asked for in between
    DoneUs     bigint NULL
);

-- A run is settled in parts, ranges of accounts, which workers share.
CREATE TABLE RunPart (
    ToSlot        bigint NOT NULL,
    FirstAccount  bigint NOT NULL,
    LastAccount   bigint NOT NULL,
    DoneUs        bigint NULL,
    CONSTRAINT PK_RunPart PRIMARY KEY (ToSlot, FirstAccount)
);

-- Who does what just now, of several workers. A claim that has run out is anyone's; the fence rises each time it is taken, so
-- that a worker which was thought dead and wakes up finds another number and writes nothing. Times are the database's clock.
CREATE TABLE WorkClaim (
    Name     nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT PK_WorkClaim PRIMARY KEY,
    Worker   nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Fence    bigint        NOT NULL,
    UntilUs  bigint        NOT NULL
);

-- One account in one run: what makes a repeated closing do nothing, and what it was decided with.
CREATE TABLE Closing (
    ToSlot           bigint NOT NULL,
    AccountNo        bigint NOT NULL,
    AccountVersion   bigint NOT NULL,
    TransactionUs    bigint NOT NULL,
    SettingsVersion  bigint NOT NULL,
    CatalogVersion   bigint NOT NULL,
    CONSTRAINT PK_Closing PRIMARY KEY (ToSlot, AccountNo),
    CONSTRAINT UQ_Closing_Version UNIQUE (AccountNo, AccountVersion)
);

CREATE TABLE BillRow (
    AccountNo       bigint NOT NULL,
    AccountVersion  bigint NOT NULL,
    Line            bigint NOT NULL,
    Kind            bigint NOT NULL,
    ScopeNo         bigint NOT NULL,            -- 0: none
    ProjectNo       bigint NOT NULL,
    PackageNo       bigint NOT NULL,            -- 0: none
    LotNo           bigint NOT NULL,
    UseHour         bigint NULL,
    UseStartUs      bigint NULL,
    UseEndUs        bigint NULL,
    DueUs           bigint NOT NULL,
    TransactionUs   bigint NOT NULL,
    Cycle           bigint NOT NULL,
    Calls           bigint NULL,
    Late            bigint NOT NULL,
    FeeE8           bigint NOT NULL,
    DeductedE8      bigint NOT NULL,
    WrittenOffE8    bigint NOT NULL,
    CONSTRAINT PK_BillRow PRIMARY KEY (AccountNo, AccountVersion, Line)
);

CREATE TABLE TierStep (
    AccountNo       bigint NOT NULL,
    AccountVersion  bigint NOT NULL,
    Line            bigint NOT NULL,
    Step            bigint NOT NULL,
    Calls           bigint NOT NULL,
    UnitPriceE10    bigint NOT NULL,
    FeeE8           bigint NOT NULL,
    CONSTRAINT PK_TierStep PRIMARY KEY (AccountNo, AccountVersion, Line, Step)
);

-- The ledger: append-only, double entry; the legs of one posting sum to zero (11).
CREATE TABLE Entry (
    AccountNo       bigint        NOT NULL,
    EntryNo         bigint        NOT NULL,
    AccountVersion  bigint        NOT NULL,
    Book            bigint        NOT NULL,
    AmountE8        bigint        NOT NULL,
    AfterE8         bigint        NOT NULL,
    Cause           nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    DueUs           bigint        NOT NULL,
    TransactionUs   bigint        NOT NULL,
    CONSTRAINT PK_Entry PRIMARY KEY (AccountNo, EntryNo)
);

-- Notices stay after publishing; Published is all that changes.
CREATE TABLE Notice (
    AccountNo  bigint        NOT NULL,
    Sequence   bigint        NOT NULL,
    NoticeId   nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Name       nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    AtUs       bigint        NOT NULL,
    PackageId  nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
    Body       nvarchar(max) NOT NULL,
    Published  bigint        NOT NULL,
    CONSTRAINT PK_Notice PRIMARY KEY (AccountNo, Sequence),
    CONSTRAINT UQ_Notice_NoticeId UNIQUE (AccountNo, NoticeId)
);

CREATE INDEX IX_Notice_Unpublished ON Notice (AccountNo, Sequence) WHERE Published = 0;

-- The command inbox. State: pending, applied, refused.
CREATE TABLE Command (
    CommandNo  bigint IDENTITY (1, 1) NOT NULL CONSTRAINT PK_Command PRIMARY KEY,
    CommandId  nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Type       nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,         -- of a malformed command: what it says it is
    AccountId  nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,              -- the account it names, known or not
    AtUs       bigint        NOT NULL,
    ArrivedUs  bigint        NOT NULL,
    Body       nvarchar(max) NOT NULL,
    State      nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    Code       nvarchar(32) COLLATE Latin1_General_100_BIN2 NULL,
    CONSTRAINT UQ_Command_CommandId UNIQUE (CommandId)
);

CREATE INDEX IX_Command_Pending ON Command (AtUs, CommandNo) WHERE State = 'pending';
CREATE INDEX IX_Command_Account ON Command (AccountId) WHERE State = 'pending';
CREATE INDEX IX_Command_Refused ON Command (AtUs, CommandNo) WHERE State = 'refused';

CREATE TABLE Renewal (
    PackageNo    bigint NOT NULL,
    LotNo        bigint NOT NULL,
    SlotUs       bigint NOT NULL,
    Renewed      bigint NOT NULL,
    ShortfallE8  bigint NOT NULL,
    CONSTRAINT PK_Renewal PRIMARY KEY (PackageNo, LotNo, SlotUs)
);

-- What will fall due for lots and accounts, in the order in which it is done (2.4).
CREATE TABLE Agenda (
    DueUs      bigint NOT NULL,
    Kind       bigint NOT NULL,
    SortUs     bigint NOT NULL,
    AccountNo  bigint NOT NULL,
    PackageNo  bigint NOT NULL,
    LotNo      bigint NOT NULL,
    CONSTRAINT PK_Agenda PRIMARY KEY (DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo)
);

INSERT INTO Account (AccountNo, AccountId, Level, OpenedUs, Version, BalanceE8, RemainderE8, State, ArrearsSinceUs, BalanceLowTold, EntryCount, NoticeCount)
VALUES (0, '', 'V0', 0, 0, 0, 0, 0, 0, 0, 0, 0);

GO

-- For people with a SQL prompt: decimals and times instead of scaled integers.
CREATE VIEW BillForPeople AS
SELECT a.AccountId, r.AccountVersion, r.Line, r.Kind, r.Calls, r.Late,
       r.FeeE8 / 100000000.0 AS Fee, r.DeductedE8 / 100000000.0 AS Deducted, r.WrittenOffE8 / 100000000.0 AS WrittenOff,
       DATEADD(second, r.UseStartUs / 1000000 % 86400, DATEADD(day, r.UseStartUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS UseStartUtc,
       DATEADD(second, r.UseEndUs / 1000000 % 86400, DATEADD(day, r.UseEndUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS UseEndUtc,
       DATEADD(second, r.TransactionUs / 1000000 % 86400, DATEADD(day, r.TransactionUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS TransactionUtc
FROM BillRow AS r JOIN Account AS a ON a.AccountNo = r.AccountNo;
GO

CREATE VIEW BalanceForPeople AS
SELECT AccountId, Version, State, BalanceE8 / 100000000.0 AS Balance, RemainderE8 / 100000000.0 AS Remainder FROM Account WHERE AccountNo <> 0;
GO
