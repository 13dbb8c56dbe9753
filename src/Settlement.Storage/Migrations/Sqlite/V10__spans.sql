-- What falls due is done in spans of time: of each account all that falls due in the span, in its order (2.4). A span has parts, ranges of accounts, which workers share.
CREATE TABLE Span (
    SpanNo      bigint NOT NULL PRIMARY KEY,
    UntilUs     bigint NOT NULL,               -- what is due up to here belongs to it
    Whole       bigint NOT NULL,               -- 1: all that falls due; 0: only a closing that was asked for
    LastRunUs   bigint NOT NULL,               -- the last hourly instant passed before it
    ClosedSlot  bigint NOT NULL,               -- the last slot closed before it
    PassedUs    bigint NOT NULL,               -- the last hourly instant passed when it is done
    DoneUs      bigint NULL
) WITHOUT ROWID;

CREATE TABLE SpanPart (
    SpanNo        bigint NOT NULL,
    FirstAccount  bigint NOT NULL,
    LastAccount   bigint NOT NULL,
    DoneUs        bigint NULL,
    CONSTRAINT PK_SpanPart PRIMARY KEY (SpanNo, FirstAccount)
) WITHOUT ROWID;

-- A run that was under way goes on as a span of its own.
INSERT INTO Span (SpanNo, UntilUs, Whole, LastRunUs, ClosedSlot, PassedUs, DoneUs)
SELECT 1, r.DueUs, 0, s.LastRunUs, r.AfterSlot, CASE WHEN r.Hourly = 1 THEN r.DueUs ELSE s.LastRunUs END, NULL
FROM Run AS r CROSS JOIN Store AS s WHERE r.DoneUs IS NULL;

INSERT INTO SpanPart (SpanNo, FirstAccount, LastAccount, DoneUs)
SELECT 1, p.FirstAccount, p.LastAccount, p.DoneUs FROM RunPart AS p JOIN Run AS r ON r.ToSlot = p.ToSlot WHERE r.DoneUs IS NULL;

DROP TABLE RunPart;
