-- Roles of a settlement database on SQL Server, each allowed what it needs and nothing else. Run by the owner of the database, after the first
-- `settlement migrate` (grants name its tables) and again after an upgrade; running it twice changes nothing. A test holds the grants of worker and
-- operator against the statements of the program, so they are neither more nor less.
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

-- The worker. Bulk copies read the columns of their table first, so they need SELECT beside INSERT; so does an UPDATE or DELETE that looks for its rows.
-- GRANTS
GO

-- The operator.
ALTER ROLE settlement_worker ADD MEMBER settlement_operator;
GRANT INSERT ON dbo.CatalogVersion TO settlement_operator;
GO

-- The reader.
GRANT SELECT ON SCHEMA::dbo TO settlement_reader;
GO

-- The migrator: makes and changes tables, and writes what a migration brings with it.
GRANT CREATE TABLE TO settlement_migrator;
GRANT CREATE VIEW TO settlement_migrator;
GRANT ALTER, REFERENCES, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO settlement_migrator;
