-- name: last
SELECT MAX(No) FROM Word WHERE Kind = @Kind
