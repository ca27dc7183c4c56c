-- sqlmig: phase contract
-- sqlmig: irreversible the tokens are destroyed on purpose; the secret store has them
{% from "tenant.sql" import as_tenant %}

{{ as_tenant(tenant.id) }}

DO $do$
BEGIN
    IF EXISTS (SELECT FROM financial_connections WHERE access_token IS NOT NULL AND secret_reference IS NULL) THEN
        RAISE EXCEPTION 'some access tokens are not in the secret store yet'
            USING HINT = 'Let the token mover finish for this tenant, then apply again.';
    END IF;
END
$do$;

ALTER TABLE financial_connections DROP COLUMN access_token;
