-- name: unpublished
SELECT n.AccountNo, n.Sequence, a.AccountId, n.NoticeId, n.Name, n.AtUs, n.PackageId, n.Body, n.Published
FROM Notice AS n JOIN Account AS a ON a.AccountNo = n.AccountNo
WHERE n.Published = 0 AND n.AccountNo > @AfterAccountNo
ORDER BY n.AccountNo, n.Sequence
LIMIT @Most
