-- sqlmig: transaction off
-- The full-text index behind search_deals(). Alone in its file, so that it can be built while people work.
{% from "search.sql" import deal_text %}

CREATE INDEX CONCURRENTLY deals_text_idx ON deals USING gin (({{ deal_text() }}));
