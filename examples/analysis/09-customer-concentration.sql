-- How much of what was won in the last two years hangs on the largest customers?
WITH won AS (
  SELECT a.Id, a.Name, sum(o.Amount) AS amount
  FROM opportunity_live o
  JOIN account_live a ON a.Id = o.AccountId
  WHERE o.IsWon AND o.CloseDate >= current_date - INTERVAL 2 YEAR
  GROUP BY a.Id, a.Name
)
SELECT
  Name AS customer,
  round(amount) AS won,
  round(100 * amount / sum(amount) OVER (), 1) AS percent,
  round(100 * sum(amount) OVER (ORDER BY amount DESC, Id) / sum(amount) OVER (), 1) AS percent_so_far
FROM won
WHERE amount > 0
ORDER BY amount DESC, Id
LIMIT 20
