-- name: set-month
UPDATE MonthUse SET Calls = @Calls WHERE ScopeNo = @ScopeNo AND Month = @Month

-- name: add-month
INSERT INTO MonthUse (ScopeNo, Month, Calls) VALUES (@ScopeNo, @Month, @Calls)

-- name: months
SELECT ScopeNo, Month, Calls FROM MonthUse WHERE ScopeNo IN @ScopeNos

-- name: add-agenda
INSERT INTO Agenda (DueUs, Kind, SortUs, AccountNo, PackageNo, LotNo)
SELECT @DueUs, @Kind, @SortUs, @AccountNo, @PackageNo, @LotNo
WHERE NOT EXISTS (SELECT 1 FROM Agenda WHERE DueUs = @DueUs AND Kind = @Kind AND SortUs = @SortUs AND AccountNo = @AccountNo AND PackageNo = @PackageNo
                  AND LotNo = @LotNo)
