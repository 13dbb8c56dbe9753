-- name: outbox
SELECT COUNT(*) AS Notices, MIN(n.AtUs) AS OldestUs FROM (SELECT AtUs FROM Notice WHERE Published = 0 LIMIT @Most) AS n

-- name: bytes
SELECT c.page_count * s.page_size FROM pragma_page_count() AS c, pragma_page_size() AS s
