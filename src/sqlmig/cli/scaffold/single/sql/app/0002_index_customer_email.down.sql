-- sqlmig: transaction off
DROP INDEX CONCURRENTLY customers_email_idx;
