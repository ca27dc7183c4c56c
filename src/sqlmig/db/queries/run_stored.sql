SELECT r.command, pg_catalog.encode(r.manifest, 'hex'), r.goal, r.waves, r.wave, r.options, r.reason, r.parent::text
FROM {history}.run AS r WHERE r.run_id = %(run_id)s;
SELECT wave, track, target FROM {history}.run_item WHERE run_id = %(run_id)s ORDER BY wave, position
