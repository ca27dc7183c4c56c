-- case: of every sort
-- earlier
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE deals (
    id bigint PRIMARY KEY,
    title text CONSTRAINT deals_title_key UNIQUE,
    owner_id bigint CONSTRAINT deals_owner_fkey REFERENCES users,
    net numeric CONSTRAINT deals_net_check CHECK (net >= 0)
);
-- migration
ALTER TABLE deals DROP CONSTRAINT deals_title_key;
ALTER TABLE deals DROP CONSTRAINT deals_owner_fkey;
ALTER TABLE deals DROP CONSTRAINT deals_net_check;

-- case: one that no migration makes
ALTER TABLE deals DROP CONSTRAINT "Net";
