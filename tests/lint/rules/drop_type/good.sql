-- case: made again
-- earlier
CREATE TYPE stage AS ENUM ('open', 'won');
-- migration
DROP TYPE stage;
CREATE TYPE stage AS ENUM ('open', 'won', 'lost');

-- case: a down file takes back what its up file made
CREATE TYPE stage AS ENUM ('open', 'won');
-- down
DROP TYPE stage;
