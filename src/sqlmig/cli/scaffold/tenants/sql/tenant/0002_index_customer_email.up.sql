-- Nobody has to wait while the index is built. That cannot be done in a transaction, so it has a file of its own.
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY customers_email_idx ON customers (email);
