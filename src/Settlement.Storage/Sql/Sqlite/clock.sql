-- name: of-database
SELECT NULL
