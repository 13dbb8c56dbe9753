-- For people with a SQL prompt: exact decimals (as text, SQLite has no decimal), names and times instead of scaled integers and numbers.
DROP VIEW BillForPeople;
DROP VIEW BalanceForPeople;

CREATE VIEW BillForPeople AS
SELECT a.AccountId, r.AccountVersion, r.Line,
       CASE r.Kind WHEN 0 THEN 'purchase' WHEN 1 THEN 'renewal' WHEN 2 THEN 'auto-renewal' WHEN 3 THEN 'adjustment' WHEN 4 THEN 'package-usage' ELSE 'pay-per-use' END AS Kind,
       api.Text AS Api, region.Text AS Region, c.ResourceName, p.Text AS Project, k.PackageId, r.LotNo,
       printf('%04d-%02d', r.Cycle / 12, r.Cycle % 12 + 1) AS Cycle, r.Calls, r.Late,
       printf('%s%d.%08d', CASE WHEN r.FeeE8 < 0 THEN '-' ELSE '' END, abs(r.FeeE8) / 100000000, abs(r.FeeE8) % 100000000) AS Fee,
       printf('%s%d.%08d', CASE WHEN r.DeductedE8 < 0 THEN '-' ELSE '' END, abs(r.DeductedE8) / 100000000, abs(r.DeductedE8) % 100000000) AS Deducted,
       printf('%s%d.%08d', CASE WHEN r.WrittenOffE8 < 0 THEN '-' ELSE '' END, abs(r.WrittenOffE8) / 100000000, abs(r.WrittenOffE8) % 100000000) AS WrittenOff,
       datetime(r.UseStartUs / 1000000, 'unixepoch') AS UseStartUtc, datetime(r.UseEndUs / 1000000, 'unixepoch') AS UseEndUtc,
       datetime(r.TransactionUs / 1000000, 'unixepoch') AS TransactionUtc
FROM BillRow AS r
JOIN Account AS a ON a.AccountNo = r.AccountNo
LEFT JOIN Scope AS c ON c.ScopeNo = r.ScopeNo
LEFT JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
LEFT JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = r.ProjectNo
LEFT JOIN Package AS k ON k.PackageNo = r.PackageNo;

CREATE VIEW BalanceForPeople AS
SELECT AccountId, Version, State,
       printf('%s%d.%08d', CASE WHEN BalanceE8 < 0 THEN '-' ELSE '' END, abs(BalanceE8) / 100000000, abs(BalanceE8) % 100000000) AS Balance,
       printf('%s%d.%08d', CASE WHEN RemainderE8 < 0 THEN '-' ELSE '' END, abs(RemainderE8) / 100000000, abs(RemainderE8) % 100000000) AS Remainder
FROM Account WHERE AccountNo <> 0;
