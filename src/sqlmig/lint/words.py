"""Words that rules put their messages together with, and whose something is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.lint.context import FileContext
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Origin


def listed(items: Sequence[str], most: int = 5) -> str:
    """`a, b and c`; of many the first, and how many more there are."""
    some = [*items] if len(items) <= most else [*items[: most - 1], f"{len(items) - most + 1} more"]
    return " and ".join((", ".join(some[:-1]), some[-1])) if len(some) > 1 else "".join(some)


def listed_columns(columns: Sequence[str]) -> str:
    """`tenant_id, email`."""
    return ", ".join(map(quote_ident, columns))


def shown(name: Name, file: FileContext) -> str:
    """A full name as the migration's author would write it: the schema only where it is not the target's own."""
    return quote_ident(name.name) if name.schema == file.file.schema else str(name)


def made_here(made_by: Origin | None, file: FileContext) -> bool:
    """Whether what made an object is this very file."""
    return made_by is not None and made_by.mark == file.file.mark
