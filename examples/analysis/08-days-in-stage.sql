-- How long do opportunities stay in each stage before they move on?
WITH entered AS (
  SELECT OpportunityId, StageName, CreatedDate AS since, Id
  FROM OpportunityHistory
  QUALIFY StageName IS DISTINCT FROM lag(StageName) OVER (PARTITION BY OpportunityId ORDER BY CreatedDate, Id)
),
stays AS (
  SELECT StageName, since, lead(since) OVER (PARTITION BY OpportunityId ORDER BY since, Id) AS until
  FROM entered
)
SELECT
  StageName AS stage,
  count(*) AS left_it,
  round(median(date_diff('hour', since, until)) / 24, 1) AS median_days,
  round(quantile_cont(date_diff('hour', since, until), 0.9) / 24, 1) AS slowest_tenth_days
FROM stays
WHERE until IS NOT NULL
GROUP BY stage
ORDER BY median_days DESC
