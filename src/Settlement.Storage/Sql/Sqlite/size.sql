-- name: store
SELECT p.page_count * s.page_size AS Bytes, f.freelist_count * s.page_size AS FreeBytes FROM pragma_page_count AS p, pragma_page_size AS s, pragma_freelist_count AS f

-- Nobody counts all rows of a large table for a look at it: up to a limit.
-- name: tables
SELECT 'usage' AS Name, (SELECT COUNT(*) FROM (SELECT 1 FROM Usage LIMIT @Most)) AS Number, NULL AS Bytes
UNION ALL SELECT 'identities', (SELECT COUNT(*) FROM (SELECT 1 FROM EventIdentity LIMIT @Most)), NULL
UNION ALL SELECT 'notices', (SELECT COUNT(*) FROM (SELECT 1 FROM Notice LIMIT @Most)), NULL
UNION ALL SELECT 'commands', (SELECT COUNT(*) FROM (SELECT 1 FROM Command LIMIT @Most)), NULL
