-- part: packages
SELECT p.PackageNo, p.PackageId, p.AccountNo, p.ScopeNo, w.Text AS Project, p.Offer, p.Term, p.FirstStartUs, p.AutoRenew, p.AutoRenewSinceUs, p.DaysBefore
FROM Package AS p LEFT JOIN Word AS w ON w.Kind = 3 AND w.No = p.ProjectNo

-- part: lot-columns
l.PackageNo, p.PackageId, l.LotNo, l.ScopeNo, w.Text AS Project, l.Origin, l.StartUs, l.EndUs, l.PaidUs, l.Calls, l.LeftCalls, l.PriceE8

-- part: lots
SELECT {lot-columns}
FROM Lot AS l JOIN Package AS p ON p.PackageNo = l.PackageNo LEFT JOIN Word AS w ON w.Kind = 3 AND w.No = p.ProjectNo

-- name: by-id
{packages}
WHERE p.PackageId = @PackageId

-- name: by-no
{packages}
WHERE p.PackageNo = @PackageNo

-- name: by-nos
{packages}
WHERE p.PackageNo IN @PackageNos

-- name: last
SELECT MAX(PackageNo) FROM Package

-- name: add
INSERT INTO Package (PackageNo, PackageId, AccountNo, ScopeNo, ProjectNo, Offer, Term, FirstStartUs, AutoRenew, AutoRenewSinceUs, DaysBefore)
VALUES (@PackageNo, @PackageId, @AccountNo, @ScopeNo, @ProjectNo, @Offer, @Term, @FirstStartUs, @AutoRenew, @AutoRenewSinceUs, @DaysBefore)

-- name: update
UPDATE Package SET AutoRenew = @AutoRenew, AutoRenewSinceUs = @AutoRenewSinceUs, DaysBefore = @DaysBefore WHERE PackageNo = @PackageNo

-- name: lot
{lots}
WHERE l.PackageNo = @PackageNo AND l.LotNo = @LotNo

-- name: last-lot
{lots}
WHERE l.PackageNo = @PackageNo AND l.LotNo = (SELECT MAX(x.LotNo) FROM Lot AS x WHERE x.PackageNo = @PackageNo)

-- name: lots
SELECT {lot-columns}
FROM Package AS p JOIN Lot AS l ON l.PackageNo = p.PackageNo AND l.LotNo = @LotNo LEFT JOIN Word AS w ON w.Kind = 3 AND w.No = p.ProjectNo
WHERE p.PackageNo IN @PackageNos

-- name: last-lots
SELECT {lot-columns}
FROM Package AS p
JOIN Lot AS l ON l.PackageNo = p.PackageNo AND l.LotNo = (SELECT MAX(x.LotNo) FROM Lot AS x WHERE x.PackageNo = p.PackageNo)
LEFT JOIN Word AS w ON w.Kind = 3 AND w.No = p.ProjectNo
WHERE p.PackageNo IN @PackageNos

-- name: of-span
{lots}
WHERE l.ScopeNo IN @ScopeNos AND l.EndUs > @FromUs AND l.StartUs <= @UntilUs

-- name: all
{lots}
ORDER BY p.PackageId, l.LotNo

-- name: of-account
{lots}
WHERE p.AccountNo = @AccountNo
ORDER BY p.PackageId, l.LotNo

-- name: live-scopes
SELECT c.ScopeNo FROM Scope AS c
WHERE c.ScopeNo IN @ScopeNos
  AND EXISTS (SELECT 1 FROM Lot AS l WHERE l.ScopeNo = c.ScopeNo AND l.StartUs <= @AtUs AND l.EndUs > @AtUs AND l.LeftCalls > 0)

-- name: add-lot
INSERT INTO Lot (PackageNo, LotNo, ScopeNo, Origin, StartUs, EndUs, PaidUs, Calls, LeftCalls, PriceE8)
VALUES (@PackageNo, @LotNo, @ScopeNo, @Origin, @StartUs, @EndUs, @PaidUs, @Calls, @LeftCalls, @PriceE8)

-- name: draw
UPDATE Lot SET LeftCalls = @LeftAfter WHERE PackageNo = @PackageNo AND LotNo = @LotNo AND LeftCalls = @LeftBefore

-- name: add-attempt
INSERT INTO Renewal (PackageNo, LotNo, SlotUs, Renewed, ShortfallE8) VALUES (@PackageNo, @LotNo, @SlotUs, @Renewed, @ShortfallE8)

-- name: attempted
SELECT CAST(COUNT(*) AS bigint) FROM Renewal WHERE PackageNo = @PackageNo AND LotNo = @LotNo AND SlotUs = @SlotUs

-- name: last-attempted
SELECT p.PackageNo FROM Package AS p
JOIN Renewal AS r ON r.PackageNo = p.PackageNo AND r.LotNo = (SELECT MAX(x.LotNo) FROM Lot AS x WHERE x.PackageNo = p.PackageNo) AND r.SlotUs = @SlotUs
WHERE p.PackageNo IN @PackageNos

-- name: set-attempt
UPDATE Renewal SET Renewed = @Renewed, ShortfallE8 = @ShortfallE8 WHERE PackageNo = @PackageNo AND LotNo = @LotNo AND SlotUs = @SlotUs

-- name: attempts
SELECT p.PackageId, r.SlotUs, r.Renewed, r.ShortfallE8, p.AccountNo FROM Renewal AS r JOIN Package AS p ON p.PackageNo = r.PackageNo
ORDER BY r.SlotUs, p.PackageId

-- name: attempts-of
SELECT p.PackageId, r.SlotUs, r.Renewed, r.ShortfallE8, p.AccountNo FROM Renewal AS r JOIN Package AS p ON p.PackageNo = r.PackageNo
WHERE r.PackageNo = @PackageNo AND r.LotNo = @LotNo
ORDER BY r.SlotUs
