-- In which industries does the company win?
SELECT
  coalesce(a.Industry, 'unknown') AS industry,
  count(*) AS closed,
  round(100.0 * count(*) FILTER (WHERE o.IsWon) / count(*), 1) AS win_rate,
  round(avg(o.Amount) FILTER (WHERE o.IsWon)) AS average_won
FROM opportunity_live o
JOIN account_live a ON a.Id = o.AccountId
WHERE o.IsClosed
GROUP BY industry
ORDER BY win_rate DESC, industry
