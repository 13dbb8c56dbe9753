-- part: accounts
SELECT AccountNo, AccountId, Name, Level, OpenedUs, Version, BalanceE8, RemainderE8, State, ArrearsSinceUs, BalanceBelowE8, BalanceLowTold,
       LowPackagePercent, EntryCount, NoticeCount
FROM Account

-- part: scopes
SELECT c.ScopeNo, c.AccountNo, api.Text AS Api, region.Text AS Region, c.ResourceName, c.OnPackages, c.PackageLowTold
FROM Scope AS c
JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo

-- name: by-no
{accounts}
WHERE AccountNo IN @AccountNos

-- name: one-by-no
{accounts}
WHERE AccountNo = @AccountNo

-- name: by-id
{accounts}
WHERE AccountId = @AccountId AND AccountNo <> 0

-- name: all
{accounts}
WHERE AccountNo <> 0 ORDER BY AccountId

-- name: last
SELECT MAX(AccountNo) FROM Account

-- name: open
INSERT INTO Account (AccountNo, AccountId, Name, Level, OpenedUs, Version, BalanceE8, RemainderE8, State, ArrearsSinceUs, BalanceBelowE8, BalanceLowTold,
                     LowPackagePercent, EntryCount, NoticeCount)
VALUES (@AccountNo, @AccountId, @Name, @Level, @OpenedUs, 1, @BalanceE8, @RemainderE8, @State, @ArrearsSinceUs, @BalanceBelowE8, @BalanceLowTold,
        @LowPackagePercent, @EntryCount, @NoticeCount)

-- name: update
UPDATE Account
SET Version = @NewVersion, BalanceE8 = @BalanceE8, RemainderE8 = @RemainderE8, State = @State, ArrearsSinceUs = @ArrearsSinceUs,
    BalanceBelowE8 = @BalanceBelowE8, BalanceLowTold = @BalanceLowTold, LowPackagePercent = @LowPackagePercent,
    EntryCount = @EntryCount, NoticeCount = @NoticeCount
WHERE AccountNo = @AccountNo AND Version = @Version

-- name: take
UPDATE Account SET Version = Version WHERE AccountNo = @AccountNo

-- name: scopes
SELECT ScopeNo, AccountNo, ApiNo, RegionNo, ResourceName, OnPackages, PackageLowTold FROM Scope WHERE ScopeNo IN @ScopeNos

-- name: one-scope
{scopes}
WHERE c.ScopeNo = @ScopeNo

-- name: scopes-of-account
{scopes}
WHERE c.AccountNo = @AccountNo

-- name: scope
{scopes}
WHERE c.AccountNo = @AccountNo AND api.Text = @Api AND region.Text = @Region

-- name: add-scope
INSERT INTO Scope (ScopeNo, AccountNo, ApiNo, RegionNo, ResourceName, OnPackages, PackageLowTold)
VALUES (@ScopeNo, @AccountNo, @ApiNo, @RegionNo, @ResourceName, @OnPackages, @PackageLowTold)

-- name: update-scope
UPDATE Scope SET ResourceName = @ResourceName, OnPackages = @OnPackages, PackageLowTold = @PackageLowTold WHERE ScopeNo = @ScopeNo

-- name: subscriptions
SELECT ScopeNo, StartUs, EndUs FROM Subscription WHERE ScopeNo IN @ScopeNos AND EndUs > @FromUs AND StartUs < @ToUs ORDER BY ScopeNo, StartUs

-- name: subscriptions-of-scope
SELECT ScopeNo, StartUs, EndUs FROM Subscription WHERE ScopeNo = @ScopeNo ORDER BY StartUs

-- name: subscribe
INSERT INTO Subscription (ScopeNo, StartUs, EndUs) VALUES (@ScopeNo, @StartUs, @EndUs)

-- name: never-subscribed
DELETE FROM Subscription WHERE ScopeNo = @ScopeNo AND StartUs = @StartUs

-- name: unsubscribe
UPDATE Subscription SET EndUs = @EndUs WHERE ScopeNo = @ScopeNo AND StartUs = @StartUs

-- name: subscribed-at
SELECT c.AccountNo, c.ScopeNo, api.Text AS Api, region.Text AS Region, s.StartUs
FROM Scope AS c
JOIN Subscription AS s ON s.ScopeNo = c.ScopeNo AND s.StartUs <= @AtUs AND s.EndUs > @AtUs
JOIN Word AS api ON api.Kind = 1 AND api.No = c.ApiNo
JOIN Word AS region ON region.Kind = 2 AND region.No = c.RegionNo
WHERE c.AccountNo IN @AccountNos
ORDER BY api.Text, region.Text
