-- An event stays while anything of it is held, or is younger than what leaves: another content of it, kept as a conflict, may be judged as new otherwise.
-- name: usage
SELECT u.SettleSlot, u.AccountNo, u.ScopeNo, u.UseHour, u.ProjectNo, u.TimeUs, u.SourceNo, u.EventId, u.Part,
       CASE WHEN EXISTS (SELECT 1 FROM Quarantine AS q WHERE q.EventId = u.EventId AND (q.State = 'held' OR q.TimeUs >= @KeptFromUs)
                           AND q.Source = (SELECT w.Text FROM Word AS w WHERE w.Kind = 4 AND w.No = u.SourceNo)) THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS Stays
FROM Usage AS u
WHERE u.SettleSlot = @Slot
ORDER BY u.AccountNo, u.ScopeNo, u.UseHour, u.ProjectNo, u.TimeUs, u.SourceNo, u.EventId, u.Part
OFFSET @Skip ROWS FETCH NEXT @Most ROWS ONLY

-- name: accounts
SELECT TOP (@Most) a.AccountNo, a.NoticeCount AS LastNo, COALESCE(b.ThroughNo, 0) AS ThroughNo
FROM Account AS a LEFT JOIN BodyLeft AS b ON b.What = 'notice' AND b.AccountNo = a.AccountNo
WHERE a.AccountNo > @AfterAccountNo
ORDER BY a.AccountNo

-- name: count-slots
SELECT CAST(COUNT(*) AS bigint) FROM (SELECT TOP (@Most) SettleSlot FROM Usage WHERE SettleSlot >= @FromSlot AND SettleSlot < @ToSlot) AS t
