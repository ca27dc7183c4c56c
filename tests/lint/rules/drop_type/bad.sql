-- case: a type that is in use
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
DROP TYPE stage;

-- case: columns have it
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
CREATE TABLE deals (id bigint PRIMARY KEY, stage stage, earlier_stages stage[]);
-- migration
DROP TYPE stage;
CREATE TYPE stage AS ENUM ('open', 'won', 'lost');

-- case: no code uses it any more
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
-- sqlmig: phase contract
DROP TYPE stage;
