-- An event stays while anything of it is held, or is younger than what leaves: another content of it, kept as a conflict, may be judged as new otherwise.
-- name: usage
SELECT u.SettleSlot, u.AccountNo, u.ScopeNo, u.UseHour, u.ProjectNo, u.TimeUs, u.SourceNo, u.EventId, u.Part,
       CASE WHEN EXISTS (SELECT 1 FROM Quarantine AS q WHERE q.EventId = u.EventId AND (q.State = 'held' OR q.TimeUs >= @KeptFromUs)
                           AND q.Source = (SELECT w.Text FROM Word AS w WHERE w.Kind = 4 AND w.No = u.SourceNo)) THEN 1 ELSE 0 END AS Stays
FROM Usage AS u
WHERE u.SettleSlot = @Slot
ORDER BY u.AccountNo, u.ScopeNo, u.UseHour, u.ProjectNo, u.TimeUs, u.SourceNo, u.EventId, u.Part
LIMIT @Most OFFSET @Skip

-- name: accounts
SELECT a.AccountNo, a.NoticeCount AS LastNo, COALESCE(b.ThroughNo, 0) AS ThroughNo
FROM Account AS a LEFT JOIN BodyLeft AS b ON b.What = 'notice' AND b.AccountNo = a.AccountNo
WHERE a.AccountNo > @AfterAccountNo
ORDER BY a.AccountNo
LIMIT @Most

-- name: count-slots
SELECT COUNT(*) FROM (SELECT 1 FROM Usage WHERE SettleSlot >= @FromSlot AND SettleSlot < @ToSlot LIMIT @Most)
