-- name: unpublished
SELECT n.AccountNo, n.Sequence, a.AccountId, n.NoticeId, n.Name, n.AtUs, n.PackageId, n.Body, n.Published
FROM Notice AS n JOIN Account AS a ON a.AccountNo = n.AccountNo
WHERE n.Published = 0
ORDER BY n.AccountNo, n.Sequence

-- name: published
UPDATE Notice SET Published = 1 WHERE AccountNo = @AccountNo AND Sequence = @Sequence AND Published = 0

-- name: waiting
SELECT COUNT(*) AS Notices, MIN(AtUs) AS OldestUs FROM Notice WHERE Published = 0
