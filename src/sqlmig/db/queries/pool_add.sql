INSERT INTO {history}.pool (schema_name, template, identity) VALUES (%(schema_name)s, %(template)s, %(identity)s)
