-- Full-text search in deals, best first.
--
-- Row level security keeps the text index from being used: @@ could tell of rows that the policy hides, so the policy
-- reads every row first. The function therefore runs as its owner, and names the tenant itself. An owner with BYPASSRLS
-- searches by the index; for any other the policy applies as well, and the result is the same.
--
-- BEGIN ATOMIC: the body is parsed now, and its names mean this tenant's tables whatever the caller's search_path is.
{% from "search.sql" import deal_text %}

CREATE OR REPLACE FUNCTION search_deals(search text, max_rows integer DEFAULT 20)
    RETURNS TABLE (deal_id uuid, title text, relevance real)
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = {{ schema | ident }}, pg_temp
    BEGIN ATOMIC
        SELECT id, title, ts_rank({{ deal_text() }}, websearch_to_tsquery('pg_catalog.english'::regconfig, search))
        FROM deals
        WHERE tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)
            AND {{ deal_text() }} @@ websearch_to_tsquery('pg_catalog.english'::regconfig, search)
        ORDER BY 3 DESC, id
        LIMIT max_rows;
    END;

COMMENT ON FUNCTION search_deals(text, integer) IS
    'Full-text search in the titles and descriptions of deals, best first.';

REVOKE ALL ON FUNCTION search_deals(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_deals(text, integer) TO {{ vars.app_role | ident }};
