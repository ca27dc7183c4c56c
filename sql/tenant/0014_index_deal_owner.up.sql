-- sqlmig: transaction off
{% from "sqlmig/tenant_table.sql" import tenant_index_concurrently %}

{{ tenant_index_concurrently('deals', ['owner_id']) }}
