SELECT schema_name FROM {history}.pool
