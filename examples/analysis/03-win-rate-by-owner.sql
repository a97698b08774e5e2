-- Who wins how much of what they close? Owners of fewer than five closed opportunities are left out.
SELECT
  u.Name AS owner,
  count(*) AS closed,
  count(*) FILTER (WHERE o.IsWon) AS won,
  round(100.0 * count(*) FILTER (WHERE o.IsWon) / count(*), 1) AS win_rate,
  round(sum(o.Amount) FILTER (WHERE o.IsWon)) AS amount_won
FROM opportunity_live o
JOIN "User" u ON u.Id = o.OwnerId
WHERE o.IsClosed
GROUP BY owner
HAVING count(*) >= 5
ORDER BY win_rate DESC, owner
