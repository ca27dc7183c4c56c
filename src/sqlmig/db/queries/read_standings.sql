SELECT track, target, pg_catalog.encode(digest, 'hex'), head FROM {history}.target
