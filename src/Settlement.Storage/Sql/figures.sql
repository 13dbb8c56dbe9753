-- The value of held calls is a figure to look at, not an amount: a sum over all accounts may exceed bigint.
-- name: quarantine
SELECT Reason, CAST(COUNT(*) AS bigint) AS Entries, COALESCE(SUM(CAST(Calls AS float) * UnitPriceE10), CAST(0 AS float)) / 10000000000 AS Value
FROM Quarantine WHERE State = 'held' GROUP BY Reason

-- name: arrears
SELECT CAST(COUNT(*) AS bigint) FROM Account WHERE State <> 0
