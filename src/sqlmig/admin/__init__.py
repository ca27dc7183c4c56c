"""What is done to tenants besides migrating them, as calls on a project: the values that the commands print."""
