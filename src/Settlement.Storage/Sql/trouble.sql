-- name: all
SELECT Worker, What, SinceUs, EndedUs, Cause FROM Trouble ORDER BY SinceUs, What, Worker

-- name: add
INSERT INTO Trouble (Worker, What, SinceUs, EndedUs, Cause) VALUES (@Worker, @What, @SinceUs, @EndedUs, @Cause)

-- name: remove
DELETE FROM Trouble WHERE Worker = @Worker AND What = @What

-- name: end
UPDATE Trouble SET EndedUs = @EndedUs WHERE Worker = @Worker AND What = @What AND EndedUs IS NULL
