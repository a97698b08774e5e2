-- What was in the pipeline on a past day? OpportunityHistory has a row for each change of stage, amount and close date.
WITH as_of AS (SELECT TIMESTAMPTZ '2024-12-31 23:59:59+00' AS moment),
states AS (
  SELECT OpportunityId, StageName, Amount, CloseDate
  FROM OpportunityHistory, as_of
  WHERE CreatedDate <= moment
  QUALIFY row_number() OVER (PARTITION BY OpportunityId ORDER BY CreatedDate DESC, Id DESC) = 1
)
SELECT StageName AS stage, count(*) AS opportunities, round(sum(Amount)) AS amount
FROM states
WHERE NOT starts_with(StageName, 'Closed')
GROUP BY stage
ORDER BY amount DESC NULLS LAST
