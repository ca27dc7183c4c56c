-- One line per deal: where it stands, who looks after it, what it is worth.
-- With security_invoker the policies judge whoever asks, and not the view's owner.
CREATE OR REPLACE VIEW deal_summary WITH (security_invoker = true) AS
SELECT
    d.tenant_id,
    d.id AS deal_id,
    d.title,
    d.deal_status,
    s.stage_name,
    s.win_probability,
    d.deal_value,
    d.currency,
    u.full_name AS owner_name,
    (SELECT count(*) FROM deal_participants AS p WHERE p.tenant_id = d.tenant_id AND p.deal_id = d.id) AS participants,
    a.occurred_at AS last_activity_at,
    v.base_value AS latest_valuation,
    v.currency AS latest_valuation_currency
FROM deals AS d
JOIN pipeline_stages AS s ON s.tenant_id = d.tenant_id AND s.id = d.stage_id
LEFT JOIN users AS u ON u.tenant_id = d.tenant_id AND u.id = d.owner_id
LEFT JOIN LATERAL (
    SELECT a.occurred_at
    FROM deal_activities AS a
    WHERE a.tenant_id = d.tenant_id AND a.deal_id = d.id
    ORDER BY a.occurred_at DESC
    LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
    SELECT v.base_value, v.currency
    FROM valuations AS v
    WHERE v.tenant_id = d.tenant_id AND v.deal_id = d.id
    ORDER BY v.valued_on DESC, v.created_at DESC
    LIMIT 1
) AS v ON true;

COMMENT ON VIEW deal_summary IS 'One line per deal: where it stands, who looks after it, what it is worth.';
