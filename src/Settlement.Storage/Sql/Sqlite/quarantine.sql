-- name: held-for-account
SELECT * FROM Quarantine
WHERE State = 'held' AND Reason = @Reason AND Account = @Account AND QuarantineNo > @AfterNo AND QuarantineNo <= @UpToNo
ORDER BY QuarantineNo LIMIT @Most

-- name: held-for-reason
SELECT * FROM Quarantine INDEXED BY IX_Quarantine_Held
WHERE State = 'held' AND Reason = @Reason AND QuarantineNo > @AfterNo AND QuarantineNo <= @UpToNo
ORDER BY QuarantineNo LIMIT @Most

-- name: next-release
SELECT ReleaseNo, Reason, Account, SinceUs, DecidedBy, AfterNo, UpToNo FROM QuarantineRelease WHERE Done = 0 ORDER BY ReleaseNo LIMIT 1
