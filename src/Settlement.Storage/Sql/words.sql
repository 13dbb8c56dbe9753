-- name: find
SELECT No FROM Word WHERE Kind = @Kind AND Text = @Text

-- name: add
INSERT INTO Word (Kind, No, Text) VALUES (@Kind, @No, @Text)

-- name: text
SELECT Text FROM Word WHERE Kind = @Kind AND No = @No
