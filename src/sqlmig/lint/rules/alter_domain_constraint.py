"""Domains that tables use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import Check
from sqlmig.sql.operations.types import AddDomainConstraint, SetDomainNotNull


@rule(AddDomainConstraint, SetDomainNotNull)
def alter_domain_constraint(operation: AddDomainConstraint | SetDomainNotNull, context: Context) -> Iterator[Flag]:
    """ALTER DOMAIN ... ADD CONSTRAINT without NOT VALID, or SET NOT NULL.

    Effect: a SHARE lock on every table that has a column of the domain. All their rows are read under it, while nobody
    can write there.

    Instead: add the constraint NOT VALID, and validate it in the next migration. For NOT NULL there is no such form:
    use a constraint of the table (see set-not-null).

    Unless: the domain is made by the same migration.
    """
    if isinstance(operation, SetDomainNotNull):
        if not operation.not_null:
            return
    elif isinstance(operation.constraint, Check) and operation.constraint.not_valid:
        return
    domain = context.before.type(operation.domain)
    if domain is not None and context.made_here(domain.made_by):
        return
    users = sorted({context.shown(table.name) for table, _ in context.before.columns_of_type(operation.domain)})
    where = listed(users) if users else f"every table with a column of {operation.domain}"
    if isinstance(operation, SetDomainNotNull):
        yield Flag(
            f"All rows of {where} are read, while nobody can write there.", "Set NOT NULL in the tables instead."
        )
        return
    name = operation.constraint.name
    validate = (
        f"\n-- in the next migration:\nALTER DOMAIN {operation.domain} VALIDATE CONSTRAINT {name};" if name else ""
    )
    yield Flag(
        f"All rows of {where} are read, while nobody can write there.",
        "Add it first, and validate it in the next migration:",
        f"{context.occurrence.statement.text} NOT VALID;{validate}",
    )
