DROP TABLE financial_snapshots;
DROP TABLE financial_connections;
