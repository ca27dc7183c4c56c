"""The closed vocabulary of what a statement does. Rules see these, and nothing of a parser.

A statement is read into one operation or several (`ALTER TABLE` with three actions into three, `DROP TABLE a, b` into
two). What is not understood is `Unknown`; it is never left out.
"""
