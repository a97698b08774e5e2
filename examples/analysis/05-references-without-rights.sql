-- Which customers would speak for us, but have not said that we may use their name? (The role view hides what the
-- org calls these fields.)
SELECT Name AS customer, reference, marketing_rights, logo
FROM account_roles
-- The values are the demo org's; use those of your own fields.
WHERE reference IN ('Asked', 'Private reference', 'Public reference')
  AND coalesce(marketing_rights, 'None') IN ('None', 'Verbal consent only')
ORDER BY customer
