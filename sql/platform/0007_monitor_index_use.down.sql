DROP VIEW tenant_index_use;
