"""The configuration: `sqlmig.yaml`, environments and process variables, read into one value."""
