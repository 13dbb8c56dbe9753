-- name: uncovered-chunks
SELECT t.TimeUs, t.Source, t.EventId, t.Part, t.UpTo
FROM (SELECT u.TimeUs, s.Text AS Source, u.EventId, u.Part,
             SUM(u.Calls) OVER (ORDER BY u.TimeUs, {order-within-project} ROWS UNBOUNDED PRECEDING) AS UpTo,
             ROW_NUMBER() OVER (ORDER BY u.TimeUs, {order-within-project}) AS RowNo
      FROM Usage AS u
      JOIN Word AS s ON s.Kind = 4 AND s.No = u.SourceNo
      WHERE u.SettleSlot = @Slot AND u.AccountNo = @AccountNo AND u.ScopeNo = @ScopeNo AND u.UseHour = @UseHour
        AND u.ProjectNo = @ProjectNo AND u.Waived = @Waived AND u.TimeUs >= @StartUs AND u.TimeUs < @EndUs AND {billable}) AS t
WHERE t.RowNo % @Most = 0
ORDER BY t.RowNo

-- name: hold-uncovered
INSERT INTO Quarantine (Reason, State, AccountNo, Source, EventId, Account, Api, Region, Project, TimeUs, Status, Calls, Waived, UnitPriceE10, ArrivedUs, HeldUs)
SELECT @Reason, 'held', t.AccountNo, t.Source, t.EventId, a.AccountId, api.Text, region.Text, t.Project, t.TimeUs, t.Status,
       CASE WHEN t.UpTo - t.Calls < @Skip THEN t.UpTo - @Skip ELSE t.Calls END, t.Waived, @UnitPriceE10, t.ArrivedUs, @HeldUs
FROM (SELECT u.AccountNo, u.ScopeNo, s.Text AS Source, u.EventId, p.Text AS Project, u.TimeUs, u.Status, u.Calls, u.Waived, u.ArrivedUs,
             @CallsBefore + SUM(u.Calls) OVER (ORDER BY u.TimeUs, {order-within-project} ROWS UNBOUNDED PRECEDING) AS UpTo
      FROM Usage AS u
      JOIN Word AS s ON s.Kind = 4 AND s.No = u.SourceNo
      LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = u.ProjectNo
      WHERE u.SettleSlot = @Slot AND u.AccountNo = @AccountNo AND u.ScopeNo = @ScopeNo AND u.UseHour = @UseHour
        AND u.ProjectNo = @ProjectNo AND u.Waived = @Waived AND u.TimeUs >= @StartUs AND u.TimeUs < @EndUs AND {billable}
        AND u.TimeUs >= @AfterUs AND u.TimeUs <= @LastUs
        AND (u.TimeUs > @AfterUs OR s.Text > @AfterSource
             OR (s.Text = @AfterSource AND (u.EventId > @AfterEventId OR (u.EventId = @AfterEventId AND u.Part > @AfterPart))))
        AND (u.TimeUs < @LastUs OR s.Text < @LastSource
             OR (s.Text = @LastSource AND (u.EventId < @LastEventId OR (u.EventId = @LastEventId AND u.Part <= @LastPart))))) AS t
JOIN Account AS a ON a.AccountNo = t.AccountNo
JOIN Scope AS c ON c.ScopeNo = t.ScopeNo
JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
WHERE t.UpTo > @Skip

-- name: hold-arrived
INSERT INTO Quarantine (Reason, State, AccountNo, Source, EventId, Account, Api, Region, Project, TimeUs, Status, Calls, Waived, UnitPriceE10, ArrivedUs, HeldUs, Detail)
VALUES (@Reason, 'held', @AccountNo, @Source, @EventId, @Account, @Api, @Region, @Project, @TimeUs, @Status, @Calls, 0, @UnitPriceE10, @ArrivedUs, @HeldUs, @Detail)

-- name: hold-once
INSERT INTO HeldOnce (HoldHash) SELECT @HoldHash WHERE NOT EXISTS (SELECT 1 FROM HeldOnce WHERE HoldHash = @HoldHash)

-- name: add-release
INSERT INTO QuarantineRelease (ReleaseNo, Reason, Account, SinceUs, DecidedBy, AfterNo, UpToNo, Released, Done)
VALUES (@ReleaseNo, @Reason, @Account, @SinceUs, @DecidedBy, @AfterNo, @UpToNo, 0, 0)

-- name: last-release
SELECT MAX(ReleaseNo) FROM QuarantineRelease

-- name: release-through
UPDATE QuarantineRelease SET AfterNo = @ThroughNo, Released = Released + @Entries, Done = @Done WHERE ReleaseNo = @ReleaseNo AND AfterNo = @AfterNo AND Done = 0

-- name: released
SELECT Released FROM QuarantineRelease WHERE ReleaseNo = @ReleaseNo

-- name: entries
SELECT * FROM Quarantine WHERE QuarantineNo IN @QuarantineNos

-- name: entry
SELECT * FROM Quarantine WHERE QuarantineNo = @QuarantineNo

-- name: list
SELECT * FROM Quarantine WHERE State = @State AND (@Reason IS NULL OR Reason = @Reason) AND (@Account IS NULL OR Account = @Account)
ORDER BY HeldUs, TimeUs, Source, EventId, QuarantineNo

-- name: held-nos
SELECT QuarantineNo FROM Quarantine
WHERE State = 'held' AND (@Reason IS NULL OR Reason = @Reason) AND (@Account IS NULL OR Account = @Account) ORDER BY QuarantineNo

-- name: decide
UPDATE Quarantine SET State = @State, DecidedUs = @AtUs, DecidedBy = @By, DecidedBecause = @Because WHERE QuarantineNo = @QuarantineNo AND State = 'held'

-- name: hold-again
UPDATE Quarantine SET Reason = @Reason WHERE QuarantineNo = @QuarantineNo AND State = 'held'

-- name: count
SELECT Reason, COUNT(*) AS Entries, SUM(Calls) AS Calls, MIN(HeldUs) AS OldestUs FROM Quarantine WHERE State = 'held' GROUP BY Reason ORDER BY Reason

-- name: last
SELECT MAX(QuarantineNo) FROM Quarantine

-- name: held-after
SELECT Reason, COUNT(*) AS Entries, SUM(Calls) AS Calls, MIN(HeldUs) AS OldestUs FROM Quarantine WHERE QuarantineNo > @QuarantineNo GROUP BY Reason ORDER BY Reason

-- All states, and all reasons except conflict and malformed, which takes no identity.
-- name: of-event
SELECT * FROM Quarantine
WHERE State IN ('held', 'released', 'discarded') AND Reason IN ('unknown-account', 'unknown-api', 'unknown-region', 'too-old', 'in-future', 'not-subscribed', 'no-price')
  AND Account = @Account AND EventId = @EventId AND Source = @Source AND TimeUs = @TimeUs
ORDER BY QuarantineNo

-- name: of-event-of-nobody
SELECT * FROM Quarantine
WHERE State IN ('held', 'released', 'discarded') AND Reason IN ('unknown-account', 'unknown-api', 'unknown-region', 'too-old', 'in-future', 'not-subscribed', 'no-price')
  AND AccountNo = 0 AND EventId = @EventId AND Source = @Source AND TimeUs = @TimeUs
ORDER BY QuarantineNo
