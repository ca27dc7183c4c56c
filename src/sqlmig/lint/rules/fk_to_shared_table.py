"""Foreign keys from every tenant to one table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import made_here, shown
from sqlmig.project.model import Scope
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.identifiers import quote_ident


@file_rule(severity=Severity.WARNING)
def fk_to_shared_table(file: FileContext) -> Iterator[Flag]:
    """In a migration of a tenant track, a foreign key to a table that all tenants share.

    Effect: each tenant's run takes a SHARE ROW EXCLUSIVE lock on the shared table, until it commits: meanwhile nobody
    can write to it, and the runs of other tenants wait. Dropping the key, or the tenant's table, takes an ACCESS
    EXCLUSIVE lock on it: then nobody can read it either. And every DELETE there looks into all tenants' tables.

    Instead: do without the key, and check the value where it is written; or copy the shared rows into each tenant's
    schema. Otherwise add it in a migration of its own, and keep that one short.

    Unless: the tables are in one schema. For a table of `lint.small_tables` it is no more than a note.
    """
    if file.file.scope is not Scope.TENANT:
        return
    for table in file.changed_tables:
        for key in table.foreign_keys if table.name.schema == file.file.schema else ():
            definition = key.definition
            if not isinstance(definition, ForeignKey) or key.inherited or not made_here(key.made_by, file):
                continue
            other = definition.references
            if other.schema not in file.settings.shared:
                continue
            yield Flag(
                f"Each of {file.settings.lint.tenants} tenants locks {other} for this key of {shown(table.name, file)}:"
                " until its migration commits nobody can write to that table, and the other tenants' runs wait. When"
                " the key or the tenant goes, nobody can read it either.",
                f"Do without the key, and check {quote_ident(definition.columns[0])} where it is written; or keep the"
                " key in a migration of its own, with nothing slow in it.",
                at=constraint_at(key, file),
                severity=Severity.INFO if file.settings.is_small(other) else None,
            )
