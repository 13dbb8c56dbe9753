-- name: next
SELECT MIN(DueUs) FROM Agenda

-- name: due
SELECT g.DueUs, g.Kind, g.SortUs, g.AccountNo, g.PackageNo, g.LotNo
FROM Agenda AS g LEFT JOIN Package AS p ON p.PackageNo = g.PackageNo
WHERE g.DueUs <= @UntilUs AND g.AccountNo >= @FirstAccount AND g.AccountNo <= @LastAccount
ORDER BY g.DueUs, g.Kind, g.SortUs, p.PackageId, g.AccountNo, g.LotNo

-- name: first-of
SELECT MIN(DueUs) FROM Agenda WHERE DueUs <= @UntilUs AND AccountNo = @AccountNo

-- name: due-count
SELECT CAST(COUNT(*) AS bigint) FROM Agenda WHERE DueUs <= @UntilUs

-- name: remove
DELETE FROM Agenda WHERE DueUs = @DueUs AND Kind = @Kind AND SortUs = @SortUs AND AccountNo = @AccountNo AND PackageNo = @PackageNo AND LotNo = @LotNo
