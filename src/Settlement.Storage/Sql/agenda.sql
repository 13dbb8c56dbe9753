-- name: next
SELECT MIN(DueUs) FROM Agenda

-- name: due
SELECT g.DueUs, g.Kind, g.SortUs, g.AccountNo, g.PackageNo, g.LotNo
FROM Agenda AS g LEFT JOIN Package AS p ON p.PackageNo = g.PackageNo
WHERE g.DueUs = @DueUs AND g.Kind = (SELECT MIN(x.Kind) FROM Agenda AS x WHERE x.DueUs = @DueUs)
ORDER BY g.SortUs, p.PackageId, g.AccountNo, g.LotNo

-- name: remove
DELETE FROM Agenda WHERE DueUs = @DueUs AND Kind = @Kind AND SortUs = @SortUs AND AccountNo = @AccountNo AND PackageNo = @PackageNo AND LotNo = @LotNo
