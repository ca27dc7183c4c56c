SELECT coalesce(r.state, CASE WHEN r.finished_at IS NULL THEN 'running' ELSE 'finished' END), r.goal IS NOT NULL,
       (SELECT coalesce(sum(w.pending + w.running + w.blocked), 0)::integer FROM {history}.run_wave AS w
        WHERE w.run_id = r.run_id)
FROM {history}.run AS r WHERE r.run_id = %(run_id)s FOR UPDATE OF r
