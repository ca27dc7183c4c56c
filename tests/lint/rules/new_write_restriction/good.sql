-- case: code keeps to it already
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net >= 0) NOT VALID;

-- case: columns that the old code does not know
-- earlier
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint, ADD COLUMN stage text NOT NULL DEFAULT 'open';
-- sqlmig: allow fk-without-index: it follows, with CONCURRENTLY
ALTER TABLE deals ADD CONSTRAINT deals_owner_fkey FOREIGN KEY (owner_id) REFERENCES users NOT VALID;
ALTER TABLE deals ADD CONSTRAINT deals_stage_check CHECK (stage IN ('open', 'won')) NOT VALID;

-- case: what is refused already
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text CHECK (title IS NOT NULL));
CREATE UNIQUE INDEX deals_title_idx ON deals (title);
-- migration
ALTER TABLE deals ALTER COLUMN title SET NOT NULL;
ALTER TABLE deals ADD CONSTRAINT deals_title_key UNIQUE USING INDEX deals_title_idx;

-- case: a trigger that only fills in
-- config: lint: {rules: {trigger-ddl: 'off'}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, changed_at timestamptz);
CREATE FUNCTION deal_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.changed_at := now();
    RAISE NOTICE 'changed';
    RETURN NEW;
END
$$;
-- migration
CREATE TRIGGER changed BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION deal_changed();

-- case: a view that stores its rows
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE MATERIALIZED VIEW deal_report AS SELECT id FROM deals;
-- migration
-- sqlmig: transaction off
CREATE UNIQUE INDEX CONCURRENTLY deal_report_idx ON deal_report (id);

-- case: a table of the same migration
CREATE TABLE deals (id bigint PRIMARY KEY, title text NOT NULL);
ALTER TABLE deals ADD CONSTRAINT deals_title_key UNIQUE (title);

-- case: a down file puts back what was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric CONSTRAINT deals_net_check CHECK (net > 0));
-- migration
ALTER TABLE deals DROP CONSTRAINT deals_net_check;
-- down
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net > 0) NOT VALID;
