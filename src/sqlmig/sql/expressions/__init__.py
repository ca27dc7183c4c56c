"""What the pieces of SQL inside a statement say: conditions, defaults, queries. Each module answers some questions.

`calls`, `names`, `settings` and `volatility` answer from tokens, always. The others answer from a tree, which
sqlglot's parser helps to build, and say None where they do not understand: unknown, which is never the same as safe.
    values: `constant`, `columns`, `same_value`
    truth: `always_true`, `never_true`, `always_null`
    conditions: `proves_not_null`, `filters`, `equates`
    tenancy: `compares_setting`
    queries: `relations`, `output_columns`
    joins: `joined_on`
`skeleton`, `reading` and `tree` are how that tree comes to be; only `reading` knows sqlglot's nodes.
"""
