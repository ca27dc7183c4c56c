DROP TABLE pipeline_stages;
