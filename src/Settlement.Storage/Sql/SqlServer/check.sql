-- name: settings
SELECT CAST(is_read_committed_snapshot_on AS bigint) AS Snapshot, delayed_durability_desc AS Durability
FROM sys.databases WHERE name = DB_NAME()

-- name: lists
SELECT CAST(value AS bigint) FROM OPENJSON('[1]')

-- name: collations
SELECT t.name + '.' + c.name
FROM sys.columns AS c
JOIN sys.tables AS t ON t.object_id = c.object_id
WHERE c.max_length > 0 AND UPPER(c.collation_name) NOT LIKE '%[_]BIN2' AND t.name <> 'Changelog' AND t.schema_id = SCHEMA_ID('dbo')
ORDER BY 1

-- name: rights
SELECT p.Permission + ' on ' + t.TableName
FROM (VALUES
      ('Account', 'SIU'), ('Agenda', 'SID'), ('BillRow', 'SI'), ('BodyLeft', 'SIU'), ('CatalogVersion', 'S'), ('Changelog', 'S'), ('ClockWord', 'S'), ('Closing', 'SI'),
      ('Command', 'SIU'), ('Entry', 'SI'), ('EventIdentity', 'SIUD'), ('HeldOnce', 'SI'), ('KeptSpan', 'SIU'), ('Lot', 'SIU'), ('MonthUse', 'SIU'), ('Notice', 'SIU'),
      ('NumberRange', 'SIU'), ('Package', 'SIU'), ('Parked', 'SIUD'), ('ParkedAgenda', 'SID'), ('ParkedCommand', 'SID'), ('Quarantine', 'SIU'),
      ('QuarantineRelease', 'SIU'), ('Renewal', 'SIU'), ('Run', 'SIU'), ('Scope', 'SIU'), ('SettingsVersion', 'SI'), ('Span', 'SIU'), ('SpanPart', 'SIU'),
      ('Store', 'SIU'), ('Subscription', 'SIUD'), ('TestStore', 'S'), ('TierStep', 'SI'), ('Trouble', 'SIUD'), ('Usage', 'SID'), ('Word', 'SI'),
      ('WorkClaim', 'SIUD')) AS t (TableName, Rights)
CROSS JOIN (VALUES ('S', 'SELECT'), ('I', 'INSERT'), ('U', 'UPDATE'), ('D', 'DELETE')) AS p (Letter, Permission)
WHERE CHARINDEX(p.Letter, t.Rights) > 0 AND HAS_PERMS_BY_NAME('dbo.' + t.TableName, 'OBJECT', p.Permission) = 0
ORDER BY 1
