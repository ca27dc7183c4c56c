-- The transaction is still the tenant's: row level security hides none of its deals.
SELECT id, title FROM deals WHERE owner_id IS NULL LIMIT 10;
