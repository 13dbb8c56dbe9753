-- 1.1.
-- part: billable
Status BETWEEN 200 AND 299

-- 4.1.
-- part: order-of-calls
u.TimeUs, CASE WHEN u.ProjectNo = 0 THEN 0 ELSE 1 END, p.Text, {order-within-project}

-- 4.1, for calls of the same instant and project.
-- part: order-within-project
s.Text, u.EventId, u.Part

-- part: groups
SELECT AccountNo, ScopeNo, UseHour, ProjectNo,
       SUM(Calls) AS AllCalls,
       SUM(CASE WHEN {billable} THEN Calls ELSE 0 END) AS Billable,
       COALESCE(SUM(CASE WHEN Waived = 1 AND {billable} THEN Calls END), 0) AS WaivedCalls
FROM Usage

-- name: find-account
SELECT AccountNo FROM Account WHERE AccountId = @AccountId AND AccountNo <> 0

-- name: find-scope
SELECT ScopeNo FROM Scope WHERE AccountNo = @AccountNo AND ApiNo = @ApiNo AND RegionNo = @RegionNo

-- name: add-scope
INSERT INTO Scope (ScopeNo, AccountNo, ApiNo, RegionNo, ResourceName, OnPackages, PackageLowTold)
VALUES (@ScopeNo, @AccountNo, @ApiNo, @RegionNo, NULL, 0, 0)

-- name: month-calls
SELECT Calls FROM MonthUse WHERE ScopeNo = @ScopeNo AND Month = @Month

-- name: next-slot
SELECT MIN(SettleSlot) FROM Usage WHERE SettleSlot > @AfterSlot

-- name: grouped
{groups}
WHERE SettleSlot = @Slot AND AccountNo > @AfterAccount AND AccountNo <= @LastAccount
GROUP BY AccountNo, ScopeNo, UseHour, ProjectNo
ORDER BY AccountNo, ScopeNo, UseHour, ProjectNo

-- name: grouped-range
{groups}
WHERE SettleSlot > @AfterSlot AND SettleSlot <= @ToSlot AND AccountNo > @AfterAccount AND AccountNo <= @LastAccount
GROUP BY AccountNo, ScopeNo, UseHour, ProjectNo
ORDER BY AccountNo, ScopeNo, UseHour, ProjectNo

-- name: by-instant
SELECT ProjectNo, Waived, TimeUs, SUM(Calls) AS Calls
FROM Usage
WHERE SettleSlot = @Slot AND AccountNo = @AccountNo AND ScopeNo = @ScopeNo AND UseHour = @UseHour
  AND {billable}
GROUP BY ProjectNo, Waived, TimeUs

-- name: in-order
SELECT p.Text AS Project, u.Waived, u.Calls
FROM Usage AS u
JOIN Word AS s ON s.Kind = 4 AND s.No = u.SourceNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = u.ProjectNo
WHERE u.SettleSlot = @Slot AND u.AccountNo = @AccountNo AND u.ScopeNo = @ScopeNo AND u.UseHour = @UseHour
  AND u.TimeUs >= @StartUs AND u.TimeUs < @EndUs AND {billable}
ORDER BY {order-of-calls}

-- name: events-of-hour
SELECT s.Text AS Source, u.EventId, p.Text AS Project, u.TimeUs, u.Status, u.Calls, u.Waived, u.Part, u.ArrivedUs
FROM Usage AS u
JOIN Word AS s ON s.Kind = 4 AND s.No = u.SourceNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = u.ProjectNo
WHERE u.SettleSlot = @Slot AND u.AccountNo = @AccountNo AND u.ScopeNo = @ScopeNo AND u.UseHour = @UseHour
  AND {billable}
ORDER BY {order-of-calls}

-- name: oldest-hour
SELECT MIN(UseHour) FROM Usage WHERE SettleSlot = @Slot

-- name: identity
SELECT ContentHash, AccountNo, TimeUs FROM EventIdentity WHERE IdHash = @IdHash

-- name: touch-identity
UPDATE EventIdentity SET TimeUs = TimeUs WHERE IdHash = @IdHash

-- An event is in the slot of its hour, or in the first slot after those closed when it was stored, where a run began or the next one will begin.
-- name: of-event
SELECT u.SettleSlot, u.AccountNo, a.AccountId, u.ScopeNo, api.Text AS Api, region.Text AS Region, p.Text AS Project, u.UseHour, u.TimeUs, u.Part, u.Status, u.Calls, u.ArrivedUs
FROM (SELECT @Slot AS Slot
      UNION SELECT AfterSlot + 1 FROM Run WHERE AfterSlot >= @Slot
      UNION SELECT ClosedSlot + 1 FROM Store WHERE ClosedSlot >= @Slot) AS t
JOIN Scope AS c ON c.AccountNo = @AccountNo
JOIN Usage AS u ON u.SettleSlot = t.Slot AND u.AccountNo = c.AccountNo AND u.ScopeNo = c.ScopeNo AND u.UseHour = @UseHour
JOIN Account AS a ON a.AccountNo = u.AccountNo
JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = u.ProjectNo
WHERE u.TimeUs = @TimeUs AND u.SourceNo = @SourceNo AND u.EventId = @EventId
ORDER BY u.Part
