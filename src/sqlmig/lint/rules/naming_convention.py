"""Names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import FileContext
from sqlmig.lint.named import named_objects
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity

_WORDS = {
    "unique": "unique constraint",
    "primary_key": "primary key",
    "foreign_key": "foreign key",
    "check": "check constraint",
}


@file_rule(severity=Severity.WARNING, pack=Pack.STYLE)
def naming_convention(file: FileContext) -> Iterator[Flag]:
    """A new name that is not as `lint.naming` wants it, also one that PostgreSQL chooses for an object without one.

    The whole name has to match the regular expression of its kind. Of a migration the name is that of its file, without
    `.up.sql`.

    Effect: names are hard to change once code uses them, and people guess at them.

    Instead: a name of the form that the project has agreed on.
    """
    conventions = file.settings.lint.naming
    if is_down(file.file) or not conventions:
        return
    for found in named_objects(file):
        pattern = conventions.get(found.kind)
        if pattern is not None and not re.fullmatch(pattern, found.name):
            yield Flag(
                f"The {_WORDS.get(found.kind, found.kind)} {found.words} is not of the form {pattern}, which"
                f" lint.naming.{found.kind} asks for.",
                "Choose a name of that form.",
                at=found.at,
            )
