"""Effects on PostgreSQL, and the only importer of psycopg."""
