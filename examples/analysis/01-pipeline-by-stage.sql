-- What is in the pipeline, stage by stage?
SELECT
  StageName AS stage,
  count(*) AS opportunities,
  round(sum(Amount)) AS amount,
  round(sum(Amount * Probability / 100)) AS weighted
FROM opportunity_live
WHERE NOT IsClosed
GROUP BY stage
ORDER BY min(Probability)
