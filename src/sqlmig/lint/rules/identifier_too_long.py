"""Names that PostgreSQL cuts."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import MAX_BYTES, fold
from sqlmig.sql.tokens import Kind


@file_rule(severity=Severity.WARNING)
def identifier_too_long(file: FileContext) -> Iterator[Flag]:
    """A name of more than 63 bytes.

    Effect: PostgreSQL cuts it without an error. Two names that differ behind the 63rd byte are one, and what is
    searched for by the whole name is not found.

    Instead: choose a shorter name.
    """
    seen: set[str] = set()
    for statement in file.file.statements:
        for token in statement.tokens:
            if token.kind not in (Kind.WORD, Kind.IDENTIFIER) or len(token.text.encode()) <= MAX_BYTES:
                continue
            kept = fold(token)
            written = token.word or token.text.strip('"').replace('""', '"')
            if len(written.encode()) > MAX_BYTES and token.text not in seen:
                seen.add(token.text)
                yield Flag(
                    f"{token.text} has {len(written.encode())} bytes; PostgreSQL keeps the first {MAX_BYTES}: {kept}.",
                    "Choose a shorter name.",
                    at=token.start,
                )
