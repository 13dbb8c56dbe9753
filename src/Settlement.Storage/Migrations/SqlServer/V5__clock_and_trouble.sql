-- One row, or none: a person has said that the clock was right at this instant. Time may pass up to a day beyond it.
CREATE TABLE ClockWord (
    StoreNo      bigint NOT NULL CONSTRAINT PK_ClockWord PRIMARY KEY CONSTRAINT CK_ClockWord_One CHECK (StoreNo = 1),
    ConfirmedUs  bigint NOT NULL
);

-- What a worker can't do, or could not: written when it begins to fail, ended when it works again. One row for each worker and kind.
CREATE TABLE Trouble (
    Worker   nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    What     nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    SinceUs  bigint        NOT NULL,
    EndedUs  bigint        NULL,              -- set when it works again
    Cause    nvarchar(500) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT PK_Trouble PRIMARY KEY (Worker, What)
);
