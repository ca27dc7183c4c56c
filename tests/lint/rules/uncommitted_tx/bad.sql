-- config: lint: {rules: {tx-control-in-migration: "off"}}
BEGIN;
CREATE TABLE deals (id bigint PRIMARY KEY);
