-- name: open
SELECT SpanNo, UntilUs, Whole, LastRunUs, ClosedSlot, PassedUs FROM Span WHERE DoneUs IS NULL

-- name: last
SELECT MAX(SpanNo) FROM Span

-- name: add
INSERT INTO Span (SpanNo, UntilUs, Whole, LastRunUs, ClosedSlot, PassedUs, DoneUs) VALUES (@SpanNo, @UntilUs, @Whole, @LastRunUs, @ClosedSlot, @PassedUs, NULL)

-- name: finish
UPDATE Span SET DoneUs = @NowUs WHERE SpanNo = @SpanNo AND DoneUs IS NULL

-- name: add-part
INSERT INTO SpanPart (SpanNo, FirstAccount, LastAccount, DoneUs) VALUES (@SpanNo, @FirstAccount, @LastAccount, NULL)

-- name: open-parts
SELECT SpanNo, FirstAccount, LastAccount FROM SpanPart WHERE SpanNo = @SpanNo AND DoneUs IS NULL ORDER BY FirstAccount

-- name: finish-part
UPDATE SpanPart SET DoneUs = @NowUs WHERE SpanNo = @SpanNo AND FirstAccount = @FirstAccount AND DoneUs IS NULL
