-- sqlmig: transaction off
-- sqlmig: irreversible statistics are no change of the schema
VACUUM ANALYZE deals;
