{history}.guard(%(schema)s, %(touches)s, %(held)s, %(target_key)s, %(looks_at_catalog)s)
