-- name: known
SELECT CAST(COUNT(*) AS bigint) FROM Command WHERE CommandId = @CommandId

-- name: add
INSERT INTO Command (CommandId, Type, AccountId, AtUs, ArrivedUs, Body, State, Code)
VALUES (@CommandId, @Type, @AccountId, @AtUs, @ArrivedUs, @Body, @State, @Code)

-- name: next-at
SELECT MIN(AtUs) FROM Command WHERE State = 'pending'

-- name: last-at
SELECT MAX(AtUs) FROM Command WHERE State = 'pending' AND AtUs <= @UntilUs

-- name: pending-of-account
SELECT CommandNo, CommandId, Type, AtUs, ArrivedUs, Body FROM Command WHERE State = 'pending' AND AccountId = @AccountId ORDER BY AtUs, CommandNo

-- name: answer
UPDATE Command SET State = @State, Code = @Code WHERE CommandId = @CommandId AND State IN ('pending', 'parked')

-- name: refusals
SELECT AtUs, Type, Code FROM Command WHERE State = 'refused' ORDER BY AtUs, CommandNo

-- name: answer-of
SELECT CommandId, Type, AtUs, Body, State, Code FROM Command WHERE CommandId = @CommandId

-- name: applied-at
SELECT CommandId, Type, AtUs, Body, State, Code FROM Command WHERE AtUs = @AtUs AND State = 'applied' ORDER BY CommandNo

-- name: refusal-notice
SELECT Body FROM Notice WHERE AccountNo = @AccountNo AND NoticeId = @NoticeId

-- name: waiting
SELECT CAST(COUNT(*) AS bigint) FROM Command WHERE State = 'pending'
