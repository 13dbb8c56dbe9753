-- name: outbox
SELECT CAST(COUNT(*) AS bigint) AS Notices, MIN(n.AtUs) AS OldestUs FROM (SELECT TOP (@Most) AtUs FROM Notice WHERE Published = 0) AS n

-- The files of data, without the log.
-- name: bytes
SELECT SUM(CAST(f.size AS bigint)) * 8192 FROM sys.database_files AS f WHERE f.type = 0
