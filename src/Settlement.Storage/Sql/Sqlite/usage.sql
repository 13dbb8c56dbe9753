-- name: last-scope
SELECT MAX(ScopeNo) FROM Scope
