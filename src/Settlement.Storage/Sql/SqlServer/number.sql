-- name: take
UPDATE NumberRange SET NextNo = NextNo + @Numbers OUTPUT inserted.NextNo WHERE Name = @Name

-- name: begin
INSERT INTO NumberRange (Name, NextNo) SELECT @Name, @NextNo WHERE NOT EXISTS (SELECT 1 FROM NumberRange WHERE Name = @Name)

-- name: highest-word
SELECT MAX(No) FROM Word

-- name: highest-scope
SELECT MAX(ScopeNo) FROM Scope
