-- case: constraints on columns that code writes
-- earlier
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, title text, net numeric);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net >= 0) NOT VALID;
ALTER TABLE deals ADD CONSTRAINT deals_owner_fkey FOREIGN KEY (owner_id) REFERENCES users NOT VALID;
ALTER TABLE deals ADD CONSTRAINT deals_title_key UNIQUE (title);
ALTER TABLE deals ALTER COLUMN title SET NOT NULL;

-- case: a unique index
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
-- sqlmig: transaction off
CREATE UNIQUE INDEX CONCURRENTLY deals_title_idx ON deals (lower(title));

-- case: a trigger that raises
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, closed boolean);
CREATE FUNCTION deal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE NOTICE 'looking at %', OLD.id;
    IF OLD.closed THEN
        RAISE 'closed deals stay as they are';
    END IF;
    RETURN NEW;
END
$$;
-- migration
CREATE TRIGGER guard BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION deal_guard();

-- case: a new column that old code leaves out
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage text;
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;

-- case: a new column that must not be null, by a check
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage text;
ALTER TABLE deals ADD CONSTRAINT deals_stage_check CHECK (stage IS NOT NULL AND stage <> '') NOT VALID;

-- case: a domain
-- earlier
CREATE DOMAIN amount AS numeric;
CREATE TABLE deals (id bigint PRIMARY KEY, net amount);
-- migration
ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN amount SET NOT NULL;
