SELECT track, target, head, updated_at FROM {history}.target
