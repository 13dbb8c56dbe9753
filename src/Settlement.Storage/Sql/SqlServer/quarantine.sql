-- name: held-for-account
SELECT TOP (@Most) * FROM Quarantine
WHERE State = 'held' AND Reason = @Reason AND Account = @Account AND QuarantineNo > @AfterNo AND QuarantineNo <= @UpToNo
ORDER BY QuarantineNo

-- name: held-for-reason
SELECT TOP (@Most) * FROM Quarantine
WHERE State = 'held' AND Reason = @Reason AND QuarantineNo > @AfterNo AND QuarantineNo <= @UpToNo
ORDER BY QuarantineNo

-- name: next-release
SELECT TOP (1) ReleaseNo, Reason, Account, SinceUs, DecidedBy, AfterNo, UpToNo FROM QuarantineRelease WHERE Done = 0 ORDER BY ReleaseNo
