"""SQL that is put together when it runs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.expressions.calls import calls, string_argument
from sqlmig.sql.operations.session import DynamicSql


@rule(DynamicSql, severity=Severity.WARNING, pack=Pack.STRICT, inside=Inside.ALL)
def dynamic_sql(operation: DynamicSql, context: Context) -> Iterator[Flag]:
    """EXECUTE of a string that is put together when it runs.

    Effect: nobody who reads the migration, and no rule, knows what it will do. With `%s`, or with `||`, a name or a
    value that holds a quote changes the statement.

    Instead: write the statement itself; a template can name the schema. Where it has to be built, use format() with %I
    for names and %L for values.
    """
    if operation.literal:
        return
    formats = [call for call in calls(operation.statement) if call.name.name == "format"]
    text = string_argument(formats[0], 0) if formats else None
    if text is not None and "%s" not in text:
        yield Flag("What this executes is known only when it runs; no rule has judged it.", "Write it as plain SQL.")
    else:
        yield Flag(
            "This executes text put together without quotes: a name or value with a quote in it changes what it does.",
            "Write it as plain SQL, or use format() with %I for names and %L for values.",
        )
