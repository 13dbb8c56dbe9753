-- name: published
UPDATE Notice SET Published = 1 WHERE AccountNo = @AccountNo AND Sequence = @Sequence AND Published = 0

-- name: waiting
SELECT COUNT(*) AS Notices, MIN(AtUs) AS OldestUs FROM Notice WHERE Published = 0
