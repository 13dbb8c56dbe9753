-- name: raise
UPDATE KeptSpan SET KeptFromUs = @KeptFromUs WHERE StoreNo = 1 AND KeptFromUs < @KeptFromUs

-- name: begin
INSERT INTO KeptSpan (StoreNo, KeptFromUs) SELECT 1, @KeptFromUs WHERE NOT EXISTS (SELECT 1 FROM KeptSpan WHERE StoreNo = 1)

-- name: settled
SELECT c.AccountNo FROM Run AS r JOIN Closing AS c ON c.ToSlot = r.ToSlot
WHERE r.ToSlot = (SELECT MIN(n.ToSlot) FROM Run AS n WHERE n.ToSlot >= @Slot) AND r.AfterSlot < @Slot AND r.DoneUs IS NOT NULL
  AND c.AccountNo >= @FirstAccount AND c.AccountNo <= @LastAccount

-- name: remove-usage
DELETE FROM Usage
WHERE SettleSlot = @SettleSlot AND AccountNo = @AccountNo AND ScopeNo = @ScopeNo AND UseHour = @UseHour AND ProjectNo = @ProjectNo AND TimeUs = @TimeUs
  AND SourceNo = @SourceNo AND EventId = @EventId AND Part = @Part

-- name: remove-identity
DELETE FROM EventIdentity WHERE IdHash = @IdHash AND TimeUs < @KeptFromUs

-- name: bodies-through
SELECT ThroughNo FROM BodyLeft WHERE What = @What AND AccountNo = @AccountNo

-- name: set-bodies-through
UPDATE BodyLeft SET ThroughNo = @ThroughNo WHERE What = @What AND AccountNo = @AccountNo AND ThroughNo = @BeforeNo

-- name: begin-bodies-through
INSERT INTO BodyLeft (What, AccountNo, ThroughNo) SELECT @What, @AccountNo, @ThroughNo WHERE NOT EXISTS (SELECT 1 FROM BodyLeft WHERE What = @What AND AccountNo = @AccountNo)

-- name: first-kept-notice
SELECT MIN(Sequence) FROM Notice
WHERE AccountNo = @AccountNo AND Sequence > @AfterNo AND Sequence <= @UpToNo AND (Published = 0 OR AtUs >= @BeforeUs)

-- name: empty-notices
UPDATE Notice SET Body = '' WHERE AccountNo = @AccountNo AND Sequence > @BeforeNo AND Sequence <= @ThroughNo AND Published = 1

-- name: first-kept-command
SELECT MIN(CommandNo) FROM Command WHERE CommandNo > @AfterNo AND CommandNo <= @UpToNo AND ArrivedUs >= @BeforeUs

-- name: last-command
SELECT MAX(CommandNo) FROM Command

-- name: empty-commands
UPDATE Command SET Body = '' WHERE CommandNo > @BeforeNo AND CommandNo <= @ThroughNo AND State IN ('applied', 'refused')
