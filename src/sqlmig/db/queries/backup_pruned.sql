-- A backup whose files are gone; what it was stays known.
UPDATE {history}.backup SET state = 'pruned' WHERE backup_id = %(backup_id)s;
