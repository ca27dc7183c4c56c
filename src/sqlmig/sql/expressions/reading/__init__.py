"""From sqlglot's tree to ours. No other package sees sqlglot's nodes, and this one believes little of what they say.

Three things must hold, or nothing is understood: every node is of a kind that is known here; every number of the
skeleton came back; and no operator has an operand, outside parentheses, that binds weaker than PostgreSQL lets it.
"""
