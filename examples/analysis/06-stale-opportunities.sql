-- Which open opportunities has nobody touched for 60 days, or should have closed already?
SELECT
  o.Name AS opportunity,
  u.Name AS owner,
  o.StageName AS stage,
  o.Amount AS amount,
  o.CloseDate AS close_date,
  date_diff('day', o.LastModifiedDate, now()) AS days_untouched
FROM opportunity_live o
LEFT JOIN "User" u ON u.Id = o.OwnerId
WHERE NOT o.IsClosed AND (o.LastModifiedDate < now() - INTERVAL 60 DAY OR o.CloseDate < current_date)
ORDER BY amount DESC NULLS LAST
LIMIT 50
