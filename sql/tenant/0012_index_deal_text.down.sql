-- sqlmig: transaction off
DROP INDEX CONCURRENTLY IF EXISTS deals_text_idx;
