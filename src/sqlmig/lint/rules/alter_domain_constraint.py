"""Domains that tables use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.sql.operations.types import AddDomainConstraint, SetDomainNotNull, ValidateDomainConstraint


@rule(AddDomainConstraint, ValidateDomainConstraint, SetDomainNotNull)
def alter_domain_constraint(
    operation: AddDomainConstraint | ValidateDomainConstraint | SetDomainNotNull, context: Context
) -> Iterator[Flag]:
    """ALTER DOMAIN ... ADD CONSTRAINT without NOT VALID, VALIDATE CONSTRAINT, SET NOT NULL.

    Effect: a SHARE lock on every table that has a column of the domain. All their rows are read under it, while nobody
    can write there.

    Instead: add the constraint NOT VALID, and leave it at that: VALIDATE CONSTRAINT of a domain takes the same lock and
    reads the same rows. Where the old rows have to be checked too, and for NOT NULL, use constraints of the tables (see
    check-not-validated and set-not-null).

    Unless: the domain is made by the same migration.
    """
    if isinstance(operation, SetDomainNotNull):
        if not operation.not_null:
            return
    elif isinstance(operation, AddDomainConstraint) and getattr(operation.constraint, "not_valid", False):
        return
    domain = context.before.type(operation.domain)
    if domain is not None and context.made_here(domain.made_by):
        return
    users = sorted({context.shown(table.name) for table, _ in context.before.columns_of_type(operation.domain)})
    where = listed(users) if users else f"every table with a column of {operation.domain}"
    message = f"All rows of {where} are read, while nobody can write there."
    match operation:
        case AddDomainConstraint():
            yield Flag(
                message,
                "Leave it NOT VALID: then it counts for what is written from now on. To validate it takes the same"
                " lock; for old rows use a CHECK of each table (see check-not-validated).",
                f"{context.written.removesuffix(';')} NOT VALID;",
            )
        case ValidateDomainConstraint():
            yield Flag(message, "Leave it NOT VALID, and check old rows by a CHECK of each table.")
        case SetDomainNotNull():
            yield Flag(message, "Set NOT NULL in the tables instead (see set-not-null).")
