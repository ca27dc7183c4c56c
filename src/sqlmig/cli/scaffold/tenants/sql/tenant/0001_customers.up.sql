-- Tables stand without a schema: search_path is set to the tenant's.
{% from "tables.sql" import timestamps %}
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    email text,
    {{ timestamps() }},
    CONSTRAINT customers_pkey PRIMARY KEY (id)
);
