-- name: word
SELECT ConfirmedUs FROM ClockWord WHERE StoreNo = 1

-- name: forget
DELETE FROM ClockWord WHERE StoreNo = 1

-- name: confirm
INSERT INTO ClockWord (StoreNo, ConfirmedUs) VALUES (1, @ConfirmedUs)

-- name: commands-ahead
SELECT CAST(COUNT(*) AS bigint) FROM Command WHERE State = 'pending' AND AtUs > @NowUs

-- name: booked
SELECT 'closing runs' AS What, CAST(COUNT(*) AS bigint) AS Number, COALESCE(MIN(DueUs), 0) AS FirstUs FROM Run WHERE DueUs > @NowUs OR ToSlot > @ToSlot
UNION ALL
SELECT 'bill rows', CAST(COUNT(*) AS bigint), COALESCE(MIN(TransactionUs), 0) FROM BillRow WHERE TransactionUs > @NowUs
UNION ALL
SELECT 'ledger entries', CAST(COUNT(*) AS bigint), COALESCE(MIN(TransactionUs), 0) FROM Entry WHERE TransactionUs > @NowUs
UNION ALL
SELECT 'renewal attempts', CAST(COUNT(*) AS bigint), COALESCE(MIN(SlotUs), 0) FROM Renewal WHERE SlotUs > @NowUs
UNION ALL
SELECT 'starts or ends of subscriptions', CAST(COUNT(*) AS bigint), COALESCE(MIN(CASE WHEN StartUs > @NowUs THEN StartUs ELSE EndUs END), 0)
FROM Subscription WHERE StartUs > @NowUs OR (EndUs > @NowUs AND EndUs < 9223372036854775807)
UNION ALL
SELECT 'starts of lots', CAST(COUNT(*) AS bigint), COALESCE(MIN(l.StartUs), 0) FROM Lot AS l
WHERE l.StartUs > @NowUs AND NOT EXISTS (SELECT 1 FROM Agenda AS g WHERE g.DueUs = l.StartUs AND g.Kind = @LotStart AND g.PackageNo = l.PackageNo AND g.LotNo = l.LotNo)
UNION ALL
SELECT 'ends of lots', CAST(COUNT(*) AS bigint), COALESCE(MIN(l.EndUs), 0) FROM Lot AS l
WHERE l.EndUs > @NowUs AND NOT EXISTS (SELECT 1 FROM Agenda AS g WHERE g.DueUs = l.EndUs AND g.Kind = @LotEnd AND g.PackageNo = l.PackageNo AND g.LotNo = l.LotNo)
UNION ALL
SELECT 'parked accounts', CAST(COUNT(*) AS bigint), COALESCE(MIN(DueUs), 0) FROM Parked WHERE DueUs > @NowUs OR SettledSlot > @ToSlot
UNION ALL
SELECT 'notices', CAST(COUNT(*) AS bigint), COALESCE(MIN(AtUs), 0) FROM Notice
WHERE AtUs > @NowUs AND Name <> 'usage-quarantined' AND Name <> 'command-applied' AND Name <> 'command-refused'

-- name: move-back
UPDATE Store SET LastRunUs = @LastRunUs, ClosedSlot = @ToSlot,
    HeldSinceUs = CASE WHEN HeldSinceUs > @NowUs THEN @NowUs ELSE HeldSinceUs END,
    ResumedUs = CASE WHEN ResumedUs > @NowUs THEN @NowUs ELSE ResumedUs END
WHERE StoreNo = 1 AND ClosedSlot = @ClosedSlot

-- name: usage-ahead
SELECT CAST(COUNT(*) AS bigint) FROM Usage WHERE SettleSlot > @ToSlot

-- name: reopen-usage
UPDATE Usage SET SettleSlot = CASE WHEN UseHour * @PerHour > @ToSlot THEN UseHour * @PerHour ELSE @ToSlot + 1 END WHERE SettleSlot > @ToSlot

-- name: commands-to-now
UPDATE Command SET AtUs = @NowUs, ArrivedUs = @NowUs WHERE State = 'pending' AND AtUs > @NowUs
