"""A tenant's life cycle."""
