"""Statements read into operations by PostgreSQL 18's grammar, recursive descent over tokens.

Each module reads statements of its own field; `sql/parser.py` says which. What they share is in `pieces` (words, names,
lists), `types`, `expressions` and `sequences`. A function takes the Reader at the statement's first token, reads to
the statement's end, and raises `NotUnderstood` where it meets what the grammar does not have.
"""
