DROP TABLE valuations;
