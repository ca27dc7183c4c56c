"""What the catalog of a live database says about all schemas at once: fingerprints, snapshots, the doctor."""
