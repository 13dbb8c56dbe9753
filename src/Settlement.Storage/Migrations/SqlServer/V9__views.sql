-- For people with a SQL prompt: exact decimals, names and times instead of scaled integers and numbers.
DROP VIEW BillForPeople;
GO

DROP VIEW BalanceForPeople;
GO

CREATE VIEW BillForPeople AS
SELECT a.AccountId, r.AccountVersion, r.Line,
       CASE r.Kind WHEN 0 THEN 'purchase' WHEN 1 THEN 'renewal' WHEN 2 THEN 'auto-renewal' WHEN 3 THEN 'adjustment' WHEN 4 THEN 'package-usage' ELSE 'pay-per-use' END AS Kind,
       api.Text AS Api, region.Text AS Region, c.ResourceName, p.Text AS Project, k.PackageId, r.LotNo,
       RIGHT('000' + CAST(r.Cycle / 12 AS nvarchar(4)), 4) + '-' + RIGHT('0' + CAST(r.Cycle % 12 + 1 AS nvarchar(2)), 2) AS Cycle, r.Calls, r.Late,
       CAST(r.FeeE8 AS decimal(19, 0)) * 0.00000001 AS Fee, CAST(r.DeductedE8 AS decimal(19, 0)) * 0.00000001 AS Deducted,
       CAST(r.WrittenOffE8 AS decimal(19, 0)) * 0.00000001 AS WrittenOff,
       DATEADD(second, r.UseStartUs / 1000000 % 86400, DATEADD(day, r.UseStartUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS UseStartUtc,
       DATEADD(second, r.UseEndUs / 1000000 % 86400, DATEADD(day, r.UseEndUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS UseEndUtc,
       DATEADD(second, r.TransactionUs / 1000000 % 86400, DATEADD(day, r.TransactionUs / 86400000000, CAST('1970-01-01' AS datetime2))) AS TransactionUtc
FROM BillRow AS r
JOIN Account AS a ON a.AccountNo = r.AccountNo
LEFT JOIN Scope AS c ON c.ScopeNo = r.ScopeNo
LEFT JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
LEFT JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
LEFT JOIN Word AS p ON p.Kind = 3 AND p.No = r.ProjectNo
LEFT JOIN Package AS k ON k.PackageNo = r.PackageNo;
GO

CREATE VIEW BalanceForPeople AS
SELECT AccountId, Version, State, CAST(BalanceE8 AS decimal(19, 0)) * 0.00000001 AS Balance, CAST(RemainderE8 AS decimal(19, 0)) * 0.00000001 AS Remainder
FROM Account WHERE AccountNo <> 0;
GO
