-- How long do opportunities stay in each stage before they move on?
WITH steps AS (
  SELECT
    StageName,
    CreatedDate AS since,
    lead(CreatedDate) OVER (PARTITION BY OpportunityId ORDER BY CreatedDate, Id) AS until
  FROM OpportunityHistory
)
SELECT
  StageName AS stage,
  count(*) AS left_it,
  round(median(date_diff('hour', since, until)) / 24, 1) AS median_days,
  round(quantile_cont(date_diff('hour', since, until), 0.9) / 24, 1) AS slowest_tenth_days
FROM steps
WHERE until IS NOT NULL
GROUP BY stage
ORDER BY median_days DESC
