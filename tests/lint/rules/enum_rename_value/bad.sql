-- case: a value that is in use
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
ALTER TYPE stage RENAME VALUE 'won' TO 'closed';

-- case: no code uses the old label any more
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
-- sqlmig: phase contract
ALTER TYPE stage RENAME VALUE 'won' TO 'it''s won';
