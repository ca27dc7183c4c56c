-- Of a rollback, what failed is left, too: calling it again would mean something else.
SELECT coalesce(r.state, CASE WHEN r.finished_at IS NULL THEN 'running' ELSE 'finished' END),
       r.goal IS NOT NULL OR r.options ? 'rollback',
       CASE WHEN r.options ? 'rollback'
       THEN (SELECT coalesce(sum(w.pending + w.running + w.blocked + w.failed + w.quarantined), 0)::integer
             FROM {history}.run_wave AS w WHERE w.run_id = r.run_id)
            -- Shared tracks have no items.
            + (r.waves = '[]' AND r.outcome IS DISTINCT FROM 'done')::integer
       ELSE (SELECT coalesce(sum(w.pending + w.running + w.blocked), 0)::integer FROM {history}.run_wave AS w
             WHERE w.run_id = r.run_id) END
FROM {history}.run AS r WHERE r.run_id = %(run_id)s FOR UPDATE OF r
