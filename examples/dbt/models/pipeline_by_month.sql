-- What was in the pipeline at the end of each month, from the steps that each opportunity took.
with months as (
  select unnest(generate_series(timestamptz '2023-01-31 23:59:59+00', timestamptz '2025-06-30 23:59:59+00', interval 1 month)) as moment
),
steps as (
  select opportunity_id, stage_name, amount, created_date, id
  from {{ source('salesforce', 'opportunity_history') }}
  where is_deleted is not true
),
states as (
  select
    months.moment,
    steps.opportunity_id,
    arg_max(steps.stage_name, (steps.created_date, steps.id)) as stage,
    arg_max(steps.amount, (steps.created_date, steps.id)) as amount
  from months
  join steps on steps.created_date <= months.moment
  group by all
)
select cast(moment as date) as month_end, count(*) as opportunities, sum(amount) as amount
from states
where stage not like 'Closed%'
group by all
order by month_end
