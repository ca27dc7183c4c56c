-- earlier
CREATE TYPE stage AS ENUM ('lead');
-- migration
-- sqlmig: transaction off
ALTER TYPE stage ADD VALUE 'won';
