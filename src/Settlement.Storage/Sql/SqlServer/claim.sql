-- name: take
UPDATE WorkClaim SET Worker = @Worker, Fence = Fence + 1, UntilUs = DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME()) + @ForUs
OUTPUT inserted.Fence
WHERE Name = @Name AND UntilUs < DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME())

-- name: add
INSERT INTO WorkClaim (Name, Worker, Fence, UntilUs) SELECT @Name, @Worker, 1, DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME()) + @ForUs
WHERE NOT EXISTS (SELECT 1 FROM WorkClaim WHERE Name = @Name)

-- name: extend
UPDATE WorkClaim SET UntilUs = DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME()) + @ForUs WHERE Name = @Name AND Fence = @Fence AND UntilUs > 0

-- name: release
UPDATE WorkClaim SET UntilUs = 0 WHERE Name = @Name AND Fence = @Fence

-- name: remove
DELETE FROM WorkClaim WHERE Name = @Name AND Fence = @Fence

-- name: fence
SELECT Fence FROM WorkClaim WHERE Name = @Name

-- name: held
SELECT Fence FROM WorkClaim WHERE Name = @Name AND Fence = @Fence

-- name: forget
DELETE FROM WorkClaim WHERE Name LIKE @Names

-- name: holders
SELECT Worker FROM WorkClaim WHERE Name LIKE @Names AND UntilUs >= DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME()) ORDER BY Worker

-- name: forget-gone
DELETE FROM WorkClaim WHERE Name LIKE @Names AND UntilUs < DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME()) - @GoneUs
