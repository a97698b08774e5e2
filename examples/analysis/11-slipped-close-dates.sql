-- Whose close dates slip, how often and how far? Each change of a close date is a row of OpportunityHistory.
WITH steps AS (
  SELECT
    OpportunityId,
    CloseDate,
    lag(CloseDate) OVER (PARTITION BY OpportunityId ORDER BY CreatedDate, Id) AS before
  FROM OpportunityHistory
),
slips AS (
  SELECT
    OpportunityId,
    count(*) FILTER (WHERE CloseDate > before) AS times,
    coalesce(sum(date_diff('day', before, CloseDate)) FILTER (WHERE CloseDate > before), 0) AS days
  FROM steps
  GROUP BY OpportunityId
)
SELECT
  u.Name AS owner,
  count(*) AS opportunities,
  count(*) FILTER (WHERE times > 0) AS slipped,
  round(100 * avg((times > 0)::INTEGER)) AS percent_slipped,
  round(avg(days) FILTER (WHERE times > 0)) AS days_later_on_average,
  max(times) AS most_times_for_one,
  round(sum(o.Amount) FILTER (WHERE times > 0 AND NOT o.IsClosed)) AS open_amount_that_slipped
FROM slips
JOIN opportunity_live o ON o.Id = slips.OpportunityId
LEFT JOIN "User" u ON u.Id = o.OwnerId
GROUP BY owner
HAVING count(*) >= 5
ORDER BY open_amount_that_slipped DESC NULLS LAST
