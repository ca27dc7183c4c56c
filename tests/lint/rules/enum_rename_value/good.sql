-- case: a type of the same migration
CREATE TYPE stage AS ENUM ('open', 'won');
ALTER TYPE stage RENAME VALUE 'won' TO 'closed';

-- case: a down file gives the old label back
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
-- sqlmig: allow enum-rename-value: no code names it yet
ALTER TYPE stage RENAME VALUE 'won' TO 'closed';
-- down
ALTER TYPE stage RENAME VALUE 'closed' TO 'won';
