-- name: rows
SELECT r.AccountNo, r.AccountVersion, r.Line, r.Kind, a.AccountId, api.Text AS Api, region.Text AS Region, c.ResourceName, p.Text AS Project,
       k.PackageId, r.LotNo, r.ScopeNo, r.UseHour, r.UseStartUs, r.UseEndUs, r.DueUs, r.TransactionUs, r.Cycle, r.Calls, r.Late, r.FeeE8, r.DeductedE8, r.WrittenOffE8,
       t.Step, t.Calls AS StepCalls, t.UnitPriceE10, t.FeeE8 AS StepFeeE8
FROM BillRow AS r
JOIN Account AS a ON a.AccountNo = r.AccountNo
LEFT JOIN Scope AS c ON c.ScopeNo = r.ScopeNo
LEFT JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
LEFT JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = r.ProjectNo
LEFT JOIN Package AS k ON k.PackageNo = r.PackageNo
LEFT JOIN TierStep AS t ON t.AccountNo = r.AccountNo AND t.AccountVersion = r.AccountVersion AND t.Line = r.Line
WHERE r.AccountNo >= @LowAccountNo AND r.AccountNo <= @HighAccountNo
  AND (@Cycle IS NULL OR r.Cycle = @Cycle OR (r.UseHour >= @FromHour AND r.UseHour < @ToHour))
  AND (@Api IS NULL OR api.Text = @Api) AND (@Region IS NULL OR region.Text = @Region) AND (@Kind IS NULL OR r.Kind = @Kind)
ORDER BY r.TransactionUs, r.AccountNo, r.AccountVersion, r.Line, t.Step

-- name: row
SELECT r.AccountNo, r.AccountVersion, r.Line, r.Kind, a.AccountId, api.Text AS Api, region.Text AS Region, c.ResourceName, p.Text AS Project,
       k.PackageId, r.LotNo, r.ScopeNo, r.UseHour, r.UseStartUs, r.UseEndUs, r.DueUs, r.TransactionUs, r.Cycle, r.Calls, r.Late, r.FeeE8, r.DeductedE8, r.WrittenOffE8
FROM BillRow AS r
JOIN Account AS a ON a.AccountNo = r.AccountNo
LEFT JOIN Scope AS c ON c.ScopeNo = r.ScopeNo
LEFT JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
LEFT JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = r.ProjectNo
LEFT JOIN Package AS k ON k.PackageNo = r.PackageNo
WHERE r.AccountNo = @AccountNo AND r.AccountVersion = @AccountVersion AND r.Line = @Line

-- name: steps-of-row
SELECT AccountNo, AccountVersion, Line, Step, Calls, UnitPriceE10, FeeE8 FROM TierStep
WHERE AccountNo = @AccountNo AND AccountVersion = @AccountVersion AND Line = @Line ORDER BY Step

-- name: entries-of-cause
SELECT EntryNo, AccountVersion, Book, AmountE8, AfterE8, Cause, DueUs, TransactionUs FROM Entry
WHERE AccountNo = @AccountNo AND AccountVersion = @AccountVersion ORDER BY EntryNo

-- name: entries
SELECT EntryNo, AccountVersion, Book, AmountE8, AfterE8, Cause, DueUs, TransactionUs FROM Entry WHERE AccountNo = @AccountNo ORDER BY EntryNo

-- name: draws-of-hour
SELECT r.PackageNo, r.LotNo, r.Calls, p.Text AS Project
FROM BillRow AS r LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = r.ProjectNo
WHERE r.AccountNo = @AccountNo AND r.AccountVersion = @AccountVersion AND r.ScopeNo = @ScopeNo AND r.UseHour = @UseHour AND r.Kind = 4

-- name: notices
SELECT n.AccountNo, n.Sequence, a.AccountId, n.NoticeId, n.Name, n.AtUs, n.PackageId, n.Body, n.Published
FROM Notice AS n JOIN Account AS a ON a.AccountNo = n.AccountNo
ORDER BY n.AtUs, n.AccountNo, n.Sequence

-- name: lines-of-hour
SELECT Line FROM BillRow WHERE AccountNo = @AccountNo AND AccountVersion = @AccountVersion AND ScopeNo = @ScopeNo AND UseHour = @UseHour ORDER BY Line
