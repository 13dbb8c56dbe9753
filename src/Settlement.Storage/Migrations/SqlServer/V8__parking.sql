-- Accounts whose next step can't be done (2.5), parked at that step.
CREATE TABLE Parked (
    AccountNo    bigint         NOT NULL CONSTRAINT PK_Parked PRIMARY KEY,
    DueUs        bigint         NOT NULL,          -- of the step
    StepName     nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL,          -- closing, command, start, end, attempt, arrears
    Reason       nvarchar(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    SettledSlot  bigint         NOT NULL,          -- the closings of the account have taken the slots up to this one
    SinceUs      bigint         NOT NULL,
    Tries        bigint         NOT NULL,          -- retries that met the same fault
    LastTryUs    bigint         NOT NULL,
    CONSTRAINT FK_Parked_Account FOREIGN KEY (AccountNo) REFERENCES Account (AccountNo)
);

-- What the time line reached of a parked account is put aside here, so that the others' next step is found without looking at it.
CREATE TABLE ParkedCommand (
    AccountNo  bigint        NOT NULL,
    AtUs       bigint        NOT NULL,
    CommandNo  bigint        NOT NULL,
    PackageId  nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,                 -- the package it names
    CONSTRAINT PK_ParkedCommand PRIMARY KEY (AccountNo, AtUs, CommandNo)
);

CREATE INDEX IX_ParkedCommand_PackageId ON ParkedCommand (PackageId);

CREATE TABLE ParkedAgenda (
    AccountNo  bigint NOT NULL,
    DueUs      bigint NOT NULL,
    Kind       bigint NOT NULL,
    SortUs     bigint NOT NULL,
    PackageNo  bigint NOT NULL,
    LotNo      bigint NOT NULL,
    CONSTRAINT PK_ParkedAgenda PRIMARY KEY (AccountNo, DueUs, Kind, SortUs, PackageNo, LotNo)
);
