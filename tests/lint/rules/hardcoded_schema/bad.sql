-- case: a tenant's schema in statements
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
ALTER TABLE tenant_acme.deals ADD COLUMN owner text;
CREATE VIEW lost AS SELECT id FROM "tenant_acme".deals WHERE stage = 'lost';
UPDATE tenant_globex.deals SET stage = 'won' WHERE stage = 'closed';

-- case: in bodies and in strings
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
ALTER TABLE deals ALTER COLUMN id SET DEFAULT nextval('tenant_acme.deal_numbers');
SELECT 'tenant_acme.deals'::regclass;
CREATE FUNCTION close_deal(deal bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found tenant_acme.deals;
BEGIN
    UPDATE tenant_acme.deals SET stage = 'closed' WHERE id = deal;
END $$;

-- case: by itself
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
GRANT USAGE ON SCHEMA tenant_acme TO deal_app;
GRANT SELECT ON ALL TABLES IN SCHEMA tenant_globex TO deal_app;
CREATE FUNCTION one() RETURNS int LANGUAGE sql SET search_path = tenant_acme AS 'SELECT 1';
DO $$ BEGIN EXECUTE 'DELETE FROM tenant_acme.deals WHERE id = 1'; END $$;

-- case: public
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
CREATE TABLE public.notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES public.deals);
CREATE FUNCTION public.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
