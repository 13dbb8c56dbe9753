-- Roles of a settlement database on SQL Server, each allowed what it needs and nothing else. The owner of the database runs this twice: before the first
-- `settlement migrate`, which makes the roles, and after it and every later one, which grants what is on its tables. A repeat changes nothing. A test holds
-- the grants of worker and operator against the statements of the program: they are neither more nor less.
--
--   settlement_worker    `settlement run`
--   settlement_operator  all other verbs but `migrate`; is a settlement_worker, too, because verbs close hours and store usage by themselves
--   settlement_reader    people and reports: looks, changes nothing
--   settlement_migrator  `settlement migrate`
--
-- Then, for each login:  CREATE USER [worker-login] FOR LOGIN [worker-login]; ALTER ROLE settlement_worker ADD MEMBER [worker-login];
--
-- Nobody but the migrator may change or delete what is in the ledger (Entry, BillRow, TierStep, Closing). The guard of the closed hours is
-- sp_getapplock, which every user may call.

-- Readers must not wait for writers, nor the other way round: with versions of rows they don't. Azure SQL has this on by itself. It ends what is running
-- (the worker does that again), so stop the workers first where there are any.
IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND is_read_committed_snapshot_on = 0)
    ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;
GO

IF DATABASE_PRINCIPAL_ID('settlement_worker') IS NULL CREATE ROLE settlement_worker;
IF DATABASE_PRINCIPAL_ID('settlement_operator') IS NULL CREATE ROLE settlement_operator;
IF DATABASE_PRINCIPAL_ID('settlement_reader') IS NULL CREATE ROLE settlement_reader;
IF DATABASE_PRINCIPAL_ID('settlement_migrator') IS NULL CREATE ROLE settlement_migrator;
GO

-- The reader.
GRANT SELECT ON SCHEMA::dbo TO settlement_reader;
GO

-- The migrator: makes and changes tables, and writes what a migration brings with it.
GRANT CREATE TABLE TO settlement_migrator;
GRANT CREATE VIEW TO settlement_migrator;
GRANT ALTER, REFERENCES, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO settlement_migrator;
GO

-- The worker. An UPDATE or DELETE that looks for its rows needs SELECT, too, and so does a bulk copy, which reads the columns of its table first.
IF OBJECT_ID('dbo.Changelog') IS NULL
    PRINT 'There are no tables yet: run this again after settlement migrate.';
ELSE
BEGIN
    GRANT SELECT, INSERT, UPDATE ON dbo.Account TO settlement_worker;
    GRANT SELECT, INSERT, DELETE ON dbo.Agenda TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.BillRow TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.BodyLeft TO settlement_worker;
    GRANT SELECT ON dbo.CatalogVersion TO settlement_worker;
    GRANT SELECT ON dbo.Changelog TO settlement_worker;
    GRANT SELECT ON dbo.ClockWord TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.Closing TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Command TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.Entry TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.EventIdentity TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.HeldOnce TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.KeptSpan TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Lot TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.MonthUse TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Notice TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.NumberRange TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Package TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.Parked TO settlement_worker;
    GRANT SELECT, INSERT, DELETE ON dbo.ParkedAgenda TO settlement_worker;
    GRANT SELECT, INSERT, DELETE ON dbo.ParkedCommand TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Quarantine TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.QuarantineRelease TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Renewal TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Run TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Scope TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.SettingsVersion TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Span TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.SpanPart TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE ON dbo.Store TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.Subscription TO settlement_worker;
    GRANT SELECT ON dbo.TestStore TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.TierStep TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.Trouble TO settlement_worker;
    GRANT SELECT, INSERT, DELETE ON dbo.Usage TO settlement_worker;
    GRANT SELECT, INSERT ON dbo.Word TO settlement_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.WorkClaim TO settlement_worker;
END;
GO

-- The operator.
ALTER ROLE settlement_worker ADD MEMBER settlement_operator;
IF OBJECT_ID('dbo.Changelog') IS NOT NULL
BEGIN
    GRANT INSERT ON dbo.CatalogVersion TO settlement_operator;
    GRANT INSERT, DELETE ON dbo.ClockWord TO settlement_operator;
    GRANT INSERT ON dbo.TestStore TO settlement_operator;
    GRANT UPDATE ON dbo.Usage TO settlement_operator;
END;
GO
