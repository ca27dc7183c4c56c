"""Pure-SQL migrations for PostgreSQL, with a schema per tenant."""

__version__ = "0.1.0"
