"""The rules by topic; each module lists its own."""
