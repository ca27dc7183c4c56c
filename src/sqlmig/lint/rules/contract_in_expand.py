"""Additions and removals in one migration."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts
from sqlmig.lint.context import FileContext
from sqlmig.lint.phases import additions, removals
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.project.directives import FileKind


@file_rule(severity=Severity.WARNING)
def contract_in_expand(file: FileContext) -> Iterator[Flag]:
    """A migration that takes away or renames what code of before uses, and adds what code of after will use.

    Effect: there is no moment to deploy the new code. Before the migration it misses what is added; after it the old
    code misses what is gone.

    Instead: two migrations. The first adds; then the new code is deployed; the second takes away, and says
    `-- sqlmig: phase contract`.

    Unless: the file says `-- sqlmig: phase contract`; or what goes comes back by the same name in the same migration.
    """
    if file.file.kind is not FileKind.UP or contracts(file.file):
        return
    gone = removals(file)
    if gone and (new := additions(file)):
        yield Flag(
            f"Old code needs what this takes away ({listed([words for words, _ in gone])}), new code needs what it adds"
            f" ({listed([words for words, _ in new])}): there is no moment to deploy the new code.",
            "Leave here what adds; move the rest to a later migration, with this at its head:",
            "-- sqlmig: phase contract",
            at=gone[0][1],
        )
