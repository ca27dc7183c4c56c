-- sqlmig: transaction off
DROP INDEX CONCURRENTLY IF EXISTS deals_owner_id_idx;
