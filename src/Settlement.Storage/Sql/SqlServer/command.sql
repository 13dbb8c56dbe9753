-- name: pending
SELECT TOP (@Most) CommandNo, CommandId, Type, AtUs, ArrivedUs, Body FROM Command WHERE State = 'pending' AND AtUs <= @AtUs ORDER BY AtUs, CommandNo
