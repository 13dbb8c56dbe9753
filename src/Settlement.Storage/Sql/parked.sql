-- name: first
SELECT MIN(AccountNo) FROM Parked

-- name: of-accounts
SELECT AccountNo FROM Parked WHERE AccountNo IN @AccountNos

-- name: between
SELECT AccountNo FROM Parked WHERE AccountNo >= @FirstAccount AND AccountNo <= @LastAccount

-- name: one
SELECT p.AccountNo, a.AccountId, p.DueUs, p.StepName, p.Reason, p.SettledSlot, p.SinceUs, p.Tries, p.LastTryUs
FROM Parked AS p JOIN Account AS a ON a.AccountNo = p.AccountNo
WHERE p.AccountNo = @AccountNo

-- name: all
SELECT p.AccountNo, a.AccountId, p.DueUs, p.StepName, p.Reason, p.SettledSlot, p.SinceUs, p.Tries, p.LastTryUs
FROM Parked AS p JOIN Account AS a ON a.AccountNo = p.AccountNo
ORDER BY a.AccountId

-- name: count
SELECT CAST(COUNT(*) AS bigint) AS Accounts, MIN(SinceUs) AS OldestUs FROM Parked

-- name: waiting
SELECT (SELECT CAST(COUNT(*) AS bigint) FROM ParkedCommand WHERE AccountNo = @AccountNo) AS Commands,
       (SELECT CAST(COUNT(*) AS bigint) FROM ParkedAgenda WHERE AccountNo = @AccountNo) AS Steps

-- name: add
INSERT INTO Parked (AccountNo, DueUs, StepName, Reason, SettledSlot, SinceUs, Tries, LastTryUs)
SELECT @AccountNo, @DueUs, @StepName, @Reason, @SettledSlot, @SinceUs, 0, @SinceUs
WHERE NOT EXISTS (SELECT 1 FROM Parked WHERE AccountNo = @AccountNo)

-- name: again
UPDATE Parked SET DueUs = @DueUs, StepName = @StepName, Reason = @Reason, SinceUs = @SinceUs, Tries = 0, LastTryUs = @SinceUs
WHERE AccountNo = @AccountNo AND DueUs = @OldDueUs AND StepName = @OldStep AND Reason = @OldReason

-- name: same
UPDATE Parked SET Tries = Tries + 1, LastTryUs = @NowUs WHERE AccountNo = @AccountNo AND Tries = @Tries

-- name: remove
DELETE FROM Parked WHERE AccountNo = @AccountNo

-- name: put-command-aside
UPDATE Command SET State = 'parked' WHERE CommandId = @CommandId AND State = 'pending'

-- name: add-command
INSERT INTO ParkedCommand (AccountNo, AtUs, CommandNo, PackageId) SELECT @AccountNo, AtUs, CommandNo, @PackageId FROM Command WHERE CommandId = @CommandId

-- name: owner
SELECT AccountNo FROM Package WHERE PackageId = @PackageId

-- name: buyer
SELECT MIN(p.AccountNo) FROM ParkedCommand AS p JOIN Command AS c ON c.CommandNo = p.CommandNo WHERE p.PackageId = @PackageId AND c.Type = 'buy-package'

-- name: next-command
SELECT c.CommandNo, c.CommandId, c.Type, c.AtUs, c.ArrivedUs, c.Body FROM ParkedCommand AS p JOIN Command AS c ON c.CommandNo = p.CommandNo
WHERE p.AccountNo = @AccountNo AND p.CommandNo = (
    SELECT MIN(x.CommandNo) FROM ParkedCommand AS x
    WHERE x.AccountNo = @AccountNo AND x.AtUs = (SELECT MIN(y.AtUs) FROM ParkedCommand AS y WHERE y.AccountNo = @AccountNo))

-- name: remove-command
DELETE FROM ParkedCommand WHERE AccountNo = @AccountNo AND AtUs = @AtUs AND CommandNo = @CommandNo

-- name: return-commands
UPDATE Command SET State = 'pending' WHERE State = 'parked' AND CommandNo IN (SELECT p.CommandNo FROM ParkedCommand AS p WHERE p.AccountNo = @AccountNo)

-- name: forget-commands
DELETE FROM ParkedCommand WHERE AccountNo = @AccountNo

-- name: put-step-aside
INSERT INTO ParkedAgenda (AccountNo, DueUs, Kind, SortUs, PackageNo, LotNo)
SELECT @AccountNo, @DueUs, @Kind, @SortUs, @PackageNo, @LotNo
WHERE NOT EXISTS (SELECT 1 FROM ParkedAgenda WHERE AccountNo = @AccountNo AND DueUs = @DueUs AND Kind = @Kind AND SortUs = @SortUs AND PackageNo = @PackageNo
                  AND LotNo = @LotNo)

-- name: next-steps
SELECT g.DueUs, g.Kind, g.SortUs, g.AccountNo, g.PackageNo, g.LotNo
FROM (SELECT DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo FROM ParkedAgenda WHERE AccountNo = @AccountNo
      UNION
      SELECT DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo FROM Agenda WHERE DueUs <= @UntilUs AND AccountNo = @AccountNo) AS g
LEFT JOIN Package AS p ON p.PackageNo = g.PackageNo
ORDER BY g.DueUs, g.Kind, g.SortUs, p.PackageId, g.LotNo

-- name: remove-step
DELETE FROM ParkedAgenda WHERE AccountNo = @AccountNo AND DueUs = @DueUs AND Kind = @Kind AND SortUs = @SortUs AND PackageNo = @PackageNo AND LotNo = @LotNo

-- name: return-steps
INSERT INTO Agenda (DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo)
SELECT g.DueUs, g.Kind, g.SortUs, g.AccountNo, g.PackageNo, g.LotNo FROM ParkedAgenda AS g
WHERE g.AccountNo = @AccountNo
  AND NOT EXISTS (SELECT 1 FROM Agenda AS x WHERE x.DueUs = g.DueUs AND x.Kind = g.Kind AND x.SortUs = g.SortUs AND x.AccountNo = g.AccountNo
                  AND x.PackageNo = g.PackageNo AND x.LotNo = g.LotNo)

-- name: forget-steps
DELETE FROM ParkedAgenda WHERE AccountNo = @AccountNo

-- name: reached
SELECT MAX(x.ReachedUs)
FROM (SELECT MAX(DueUs) AS ReachedUs FROM Run WHERE DoneUs IS NOT NULL
      UNION ALL
      SELECT MAX(AtUs) FROM ParkedCommand WHERE AccountNo = @AccountNo
      UNION ALL
      SELECT MAX(DueUs) FROM ParkedAgenda WHERE AccountNo = @AccountNo) AS x

-- name: run-job
SELECT MIN(CommandNo) FROM Command WHERE AtUs = @DueUs AND Type = 'run-job' AND State = 'applied' AND EXISTS (SELECT 1 FROM Run WHERE DueUs = @DueUs AND Hourly = 0)

-- name: next-run
SELECT DueUs, AfterSlot, ToSlot, Hourly FROM Run WHERE ToSlot = (SELECT MIN(ToSlot) FROM Run WHERE ToSlot > @AfterSlot AND DoneUs IS NOT NULL)

-- name: priced-through
SELECT MAX(r.UseHour) FROM BillRow AS r JOIN Scope AS s ON s.ScopeNo = r.ScopeNo
WHERE s.ApiNo = @ApiNo AND s.RegionNo = @RegionNo AND r.Kind = @Kind AND r.UseHour >= @FromHour
