-- name: open-runs
SELECT DueUs, AfterSlot, ToSlot, Hourly FROM Run WHERE DoneUs IS NULL ORDER BY ToSlot

-- name: add-run
INSERT INTO Run (DueUs, AfterSlot, ToSlot, Hourly, DoneUs) VALUES (@DueUs, @AfterSlot, @ToSlot, @Hourly, NULL)

-- name: finish-run
UPDATE Run SET DoneUs = @NowUs WHERE ToSlot = @ToSlot AND DoneUs IS NULL

-- name: settled
SELECT AccountNo FROM Closing WHERE ToSlot = @ToSlot AND AccountNo >= @FirstAccount AND AccountNo <= @LastAccount

-- name: run-of
SELECT r.DueUs, r.AfterSlot, r.ToSlot, c.SettingsVersion, c.CatalogVersion FROM Closing AS c JOIN Run AS r ON r.ToSlot = c.ToSlot
WHERE c.AccountNo = @AccountNo AND c.AccountVersion = @AccountVersion

-- name: left-behind
SELECT COALESCE(SUM(g.Events), 0) AS Events, COALESCE(MIN(g.SettleSlot), 0) AS Slot
FROM (SELECT SettleSlot, AccountNo, CAST(COUNT(*) AS bigint) AS Events FROM Usage WHERE SettleSlot > @AfterSlot AND SettleSlot <= @ToSlot GROUP BY SettleSlot, AccountNo) AS g
WHERE NOT EXISTS (
    SELECT 1 FROM Run AS r JOIN Closing AS c ON c.ToSlot = r.ToSlot
    WHERE r.ToSlot = (SELECT MIN(n.ToSlot) FROM Run AS n WHERE n.ToSlot >= g.SettleSlot) AND r.AfterSlot < g.SettleSlot AND c.AccountNo = g.AccountNo)
  AND NOT EXISTS (SELECT 1 FROM Parked AS p WHERE p.AccountNo = g.AccountNo AND p.SettledSlot < g.SettleSlot)

-- name: run-of-slot
SELECT r.DueUs, c.AccountVersion FROM Run AS r LEFT JOIN Closing AS c ON c.ToSlot = r.ToSlot AND c.AccountNo = @AccountNo
WHERE r.ToSlot = (SELECT MIN(n.ToSlot) FROM Run AS n WHERE n.ToSlot >= @Slot) AND r.AfterSlot < @Slot

-- name: runs-between
SELECT DueUs, AfterSlot, ToSlot, Hourly FROM Run WHERE ToSlot > @AfterSlot AND ToSlot <= @ToSlot ORDER BY ToSlot
