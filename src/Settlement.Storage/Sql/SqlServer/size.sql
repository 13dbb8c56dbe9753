-- name: store
SELECT CAST(SUM(CASE WHEN type = 0 THEN size ELSE 0 END) AS bigint) * 8192 AS Bytes,
       CAST(SUM(CASE WHEN type = 0 THEN size - COALESCE(FILEPROPERTY(name, 'SpaceUsed'), size) ELSE 0 END) AS bigint) * 8192 AS FreeBytes
FROM sys.database_files

-- The server keeps these figures; they are near enough.
-- name: tables
SELECT n.Name, CAST(SUM(CASE WHEN p.index_id < 2 AND a.type = 1 THEN p.rows ELSE 0 END) AS bigint) AS Number, CAST(SUM(a.used_pages) AS bigint) * 8192 AS Bytes
FROM (VALUES ('usage', 'dbo.Usage'), ('identities', 'dbo.EventIdentity'), ('notices', 'dbo.Notice'), ('commands', 'dbo.Command')) AS n (Name, TableName)
JOIN sys.partitions AS p ON p.object_id = OBJECT_ID(n.TableName)
JOIN sys.allocation_units AS a ON a.container_id = p.partition_id
GROUP BY n.Name
