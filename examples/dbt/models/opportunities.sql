-- One row for each opportunity that was not deleted, with the names of its account and owner.
select
  opportunity.id as opportunity_id,
  opportunity.name as opportunity,
  account.name as account,
  account.industry,
  owner.name as owner,
  opportunity.stage_name as stage,
  opportunity.amount,
  opportunity.close_date,
  opportunity.is_closed,
  opportunity.is_won
from {{ source('salesforce', 'opportunity') }} as opportunity
left join {{ source('salesforce', 'account') }} as account on account.id = opportunity.account_id
left join {{ source('salesforce', 'user') }} as owner on owner.id = opportunity.owner_id
where opportunity.is_deleted is not true
