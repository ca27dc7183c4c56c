"""What a statement of one tenant's migration locks or changes that all tenants share."""
