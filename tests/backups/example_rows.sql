-- Rows of a tenant of the example project, in every one of its types.
SELECT set_config('app.current_tenant_id', id::text, false) FROM platform_core.tenants WHERE tenant_slug = 'acme';
INSERT INTO users (email, full_name, user_role, last_seen_at)
VALUES ('ada@acme.example', 'Ada Byron', 'owner', '2024-03-01 12:00:00.123456+00'), ('x@y.example', E'X\tY\\N', 'viewer', NULL);
INSERT INTO participants (participant_kind, display_name, country_code, relationship_owner_id, notes)
SELECT 'company', 'Büro & Söhne', 'DE', id, E'\\.\nsecond line' FROM users WHERE user_role = 'owner';
INSERT INTO deals (title, description, stage_id, deal_value, expected_close_on, created_by, owner_id)
SELECT 'A deal', NULL, s.id, 1234567890123456.78, '2025-12-31', u.id, u.id
FROM pipeline_stages s, users u WHERE s.stage_name = 'Sourced' AND u.user_role = 'owner';
INSERT INTO deal_activities (deal_id, activity_kind, summary, details)
SELECT id, 'note', 'said', '{"nested": {"list": [1, 2.50, null, "\u00e9"]}}' FROM deals;
INSERT INTO deal_documents (deal_id, uploaded_by, file_name, content_type, size_bytes, content_sha256, storage_key)
SELECT d.id, u.id, 'a.pdf', 'application/pdf', 9007199254740993, sha256('a'), 'k/1'
FROM deals d, users u WHERE u.user_role = 'owner';
INSERT INTO valuations (deal_id, valued_by, valued_on, valuation_method, low_value, base_value, high_value, assumptions)
SELECT d.id, u.id, '2024-02-29', 'net_assets', 1.01, 2.02, 3.03, '{}' FROM deals d, users u WHERE u.user_role = 'owner';
INSERT INTO financial_connections (participant_id, provider, external_account_id, secret_reference)
SELECT id, 'books', '1', 'vault:1' FROM participants;
INSERT INTO financial_snapshots (connection_id, period_start, period_end, currency, revenue, source_data)
SELECT id, '2024-01-01', '2024-12-31', 'EUR', 0.10, '[]' FROM financial_connections;
DO $$
BEGIN
    IF to_regtype('extensions.vector') IS NOT NULL THEN
        UPDATE deal_documents SET embedding = (
            SELECT ('[' || string_agg((n * 0.001)::text, ',') || ']')::extensions.vector FROM generate_series(1, 1536) n);
    END IF;
END
$$;
