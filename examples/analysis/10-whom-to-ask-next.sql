-- Whom to ask to be a reference: happy buyers (won in the last year, nothing lost since) without a reference status,
-- with a contact to write to.
WITH buyers AS (
  SELECT
    AccountId,
    sum(Amount) FILTER (WHERE IsWon) AS won,
    max(CloseDate) FILTER (WHERE IsWon) AS last_win,
    max(CloseDate) FILTER (WHERE IsClosed AND NOT IsWon) AS last_loss
  FROM opportunity_live
  GROUP BY AccountId
)
SELECT
  a.Name AS customer,
  round(b.won) AS won,
  b.last_win,
  arg_min(concat_ws(' ', c.FirstName, c.LastName), c.Id) AS contact,
  arg_min(c.Email, c.Id) AS email
FROM account_roles a
JOIN buyers b ON b.AccountId = a.Id
JOIN contact_live c ON c.AccountId = a.Id
WHERE coalesce(a.reference, 'Not asked') = 'Not asked'
  AND b.last_win > current_date - INTERVAL 1 YEAR
  AND (b.last_loss IS NULL OR b.last_loss <= b.last_win)
GROUP BY a.Id, a.Name, b.won, b.last_win
ORDER BY won DESC NULLS LAST
LIMIT 25
