"""What the pieces of SQL inside a statement say: conditions, defaults, queries. Each module answers some questions.

From the tokens alone, always with an answer:
    calls: `calls`, `bare_calls`, `string_argument`
    names: `literal_names`, `qualified_names`
    settings: `setting_reads`
    volatility: `volatility`

From a tree, which is None where it is not understood: unknown, which is never the same as safe:
    values: `constant`, `columns`, `same_value`
    truth: `always_true`, `never_true`, `always_null`
    not_null: `proves_not_null`
    conditions: `filters`, `equates`
    tenancy: `compares_setting`
    queries: `relations`, `source_relations`
    output: `output_columns`
    joins: `joined_on`

How the tree comes to be: `skeleton` writes what sqlglot's parser is asked, `reading` takes its answer, `tree` is what
is left of it. No other package sees sqlglot's nodes.
"""
