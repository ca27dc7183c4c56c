"""Reads what the isolation probe has to know: relations, functions, and what the application's role may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmig.db.composing import text_of
from sqlmig.db.session import Row, Session
from sqlmig.plan.probefacts import CheckConstraint, Column, Facts, Reference, Relation, RelationKind, Role


def read_role(session: Session, name: str, schemas: Sequence[str]) -> Role | None:
    """A role, and which of the schemas it may use; None when there is none of that name."""
    rows = session.rows(text_of("probe_role"), {"role": name, "schemas": list(schemas)})
    if not rows:
        return None
    superuser, bypasses, usable = rows[0]
    return Role(name, superuser, bypasses, frozenset(usable))


def read_facts(session: Session, role: str, schemas: Sequence[str], exempt: Collection[str]) -> Facts:
    """The tables, views and SECURITY DEFINER functions of schemas.

    Args:
        session: sees the catalog; any role does.
        role: whose rights count.
        schemas: where to look.
        exempt: tables that hold no tenant's rows, as `lint.exempt_tables` has them.
    """
    given = {"role": role, "schemas": list(schemas)}
    relations = [_relation(row) for row in session.rows(text_of("probe_relations"), given)]
    functions = [_function(row) for row in session.rows(text_of("probe_functions"), given)]
    kept = [one for one in relations if not {one.name, f"{one.schema}.{one.name}"} & set(exempt)]
    return Facts((*kept, *functions))


def read_notes(session: Session, role: Role, schemas: Sequence[str]) -> tuple[str, ...]:
    """What row level security does not cover, in sentences.

    Args:
        session: sees the catalog.
        role: the application's.
        schemas: those of the tenants.
    """
    sequences, objects, rights = session.rows(text_of("probe_notes"), {"role": role.name, "schemas": list(schemas)})[0]
    notes = []
    if sequences and not role.superuser:
        notes.append(
            f"role {role.name} may use {sequences} sequences of these tenants: their values tell how much each writes"
        )
    if objects:
        notes.append(f"the database has {objects} large objects, which know no tenant and no policies")
    if rights:
        notes.append(f"role {role.name} has the rights of {', '.join(rights)}")
    return tuple(notes)


def _relation(row: Row) -> Relation:
    schema, name, kind, owner, secured, forced, partition, invoker, rights, small, *listed = row
    columns, key, references, checks = listed
    return Relation(
        schema,
        name,
        RelationKind.VIEW if kind in "vm" else RelationKind.TABLE,
        owner,
        columns=tuple(map(_column, columns)),
        key=tuple(key),
        references=tuple(
            Reference(one["name"], tuple(one["columns"]), one["schema"], one["table"], tuple(one["target_columns"]))
            for one in references
        ),
        checks=tuple(CheckConstraint(one["name"], tuple(one["columns"] or ()), one["expression"]) for one in checks),
        rights=frozenset(rights),
        row_security=secured,
        forced=forced,
        partition=partition,
        invoker=invoker,
        small=small,
    )


def _function(row: Row) -> Relation:
    schema, name, owner, arguments, types, shown = row
    return Relation(
        schema,
        name,
        RelationKind.FUNCTION,
        owner,
        columns=tuple(map(_column, shown)),
        arguments=tuple(map(_column, arguments)),
        argument_types=tuple(types),
    )


def _column(found: Mapping[str, Any]) -> Column:
    return Column(**{**found, "labels": tuple(found.get("labels") or ())})
