-- name: all
SELECT Worker, Kind, SinceUs, EndedUs, Cause FROM Trouble ORDER BY SinceUs, Kind, Worker

-- name: add
INSERT INTO Trouble (Worker, Kind, SinceUs, EndedUs, Cause) VALUES (@Worker, @Kind, @SinceUs, @EndedUs, @Cause)

-- name: remove
DELETE FROM Trouble WHERE Worker = @Worker AND Kind = @Kind

-- name: end
UPDATE Trouble SET EndedUs = @EndedUs WHERE Worker = @Worker AND Kind = @Kind AND EndedUs IS NULL
