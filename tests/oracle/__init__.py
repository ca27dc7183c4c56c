"""What libpg_query, the parser of PostgreSQL as a library, says a statement does, in the words of our operations."""
