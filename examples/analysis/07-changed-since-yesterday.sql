-- What changed in the last 24 hours? Deleted rows stay in the tables with IsDeleted, so they are news, too.
WITH changes AS (
  SELECT 'Account' AS object, Id, Name, SystemModstamp, IsDeleted FROM Account
  UNION ALL
  SELECT 'Contact', Id, concat_ws(' ', FirstName, LastName), SystemModstamp, IsDeleted FROM Contact
  UNION ALL
  SELECT 'Opportunity', Id, Name, SystemModstamp, IsDeleted FROM Opportunity
)
SELECT object, Name AS name, if(IsDeleted, 'deleted', 'changed') AS what, SystemModstamp AS changed_at, Id AS id
FROM changes
WHERE SystemModstamp >= now() - INTERVAL 1 DAY
ORDER BY changed_at DESC
LIMIT 100
