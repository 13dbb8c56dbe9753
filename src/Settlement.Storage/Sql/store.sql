-- name: get
SELECT CreatedUs, LastRunUs, ClosedSlot, HeldSinceUs, ResumedUs, SettingsVersion, CatalogVersion,
       (SELECT k.KeptFromUs FROM KeptSpan AS k WHERE k.StoreNo = 1) AS KeptFromUs
FROM Store WHERE StoreNo = 1

-- name: create
INSERT INTO Store (StoreNo, CreatedUs, LastRunUs, ClosedSlot, HeldSinceUs, ResumedUs, SettingsVersion, CatalogVersion)
SELECT 1, @CreatedUs, @LastRunUs, @ClosedSlot, NULL, @ResumedUs, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM Store WHERE StoreNo = 1)

-- name: touch
UPDATE Store SET SettingsVersion = SettingsVersion WHERE StoreNo = 1

-- name: pass-run
UPDATE Store SET LastRunUs = @LastRunUs WHERE StoreNo = 1 AND LastRunUs < @LastRunUs

-- name: close-through
UPDATE Store SET ClosedSlot = @ToSlot WHERE StoreNo = 1 AND ClosedSlot = @AfterSlot

-- name: for-tests
SELECT CAST(COUNT(*) AS bigint) FROM TestStore

-- name: make-for-tests
INSERT INTO TestStore (StoreNo) VALUES (1)

-- name: hold
UPDATE Store SET HeldSinceUs = @AtUs WHERE StoreNo = 1 AND HeldSinceUs IS NULL

-- name: resume
UPDATE Store SET HeldSinceUs = NULL, ResumedUs = @AtUs WHERE StoreNo = 1 AND HeldSinceUs IS NOT NULL

-- name: settings-body
SELECT Body FROM SettingsVersion WHERE Version = @Version

-- name: catalog-body
SELECT Body FROM CatalogVersion WHERE Version = @Version

-- name: add-settings
INSERT INTO SettingsVersion (Version, SinceUs, Body) VALUES (@Version, @SinceUs, @Body)

-- name: add-catalog
INSERT INTO CatalogVersion (Version, SinceUs, Body) VALUES (@Version, @SinceUs, @Body)

-- name: use-settings
UPDATE Store SET SettingsVersion = @Version WHERE StoreNo = 1

-- name: use-catalog
UPDATE Store SET CatalogVersion = @Version WHERE StoreNo = 1

-- name: in-use
SELECT CAST(COUNT(*) AS bigint) FROM Account WHERE AccountNo <> 0
