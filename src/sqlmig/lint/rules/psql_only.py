"""What only psql understands."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.rows import Copy, CopyEnd
from sqlmig.sql.psql import psql_command


@file_rule()
def psql_only(file: FileContext) -> Iterator[Flag]:
    r"""A command of psql (`\set`, `\copy`, `\i`), or COPY with the data behind it in the file.

    Effect: the server does not know backslash commands, and data in a file are no SQL: `sqlmig apply` refuses the file.

    Instead: write variables as templates (`{{ vars.name }}`), rows as INSERT, and other files as migrations.
    """
    command = psql_command(file.file.text)
    if command is not None:
        yield Flag(
            f"{command.word} is a command of psql; the server does not know it.",
            "Write it as SQL: variables as {{ vars.name }}, rows as INSERT.",
            at=command.offset,
        )
    for occurrence in file.running(Copy):
        operation = occurrence.operation
        if isinstance(operation, Copy) and operation.reads and operation.end is CopyEnd.CLIENT:
            yield Flag(
                "COPY ... FROM STDIN waits for rows that only psql would send.",
                "Write the rows as INSERT ... VALUES.",
                at=operation.at,
            )
