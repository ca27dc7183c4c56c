"""ALTER TABLE, and ALTER of the other relations, which the grammar gives the same actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations import tables as op
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, Rename, SetSchema
from sqlmig.sql.parse.alter_actions import Fields, actions, of_object
from sqlmig.sql.parse.partitions import bound
from sqlmig.sql.parse.pieces import expect, expect_end, expect_symbol, identifier, if_exists, name, refuse, roles
from sqlmig.sql.reader import Name, Reader


def alter_relation(r: Reader) -> tuple[Operation, ...]:
    """Read ALTER TABLE, FOREIGN TABLE, VIEW, MATERIALIZED VIEW, INDEX or SEQUENCE."""
    at = r.at
    expect(r, "alter")
    kind = _kind(r)
    if r.accept("all", "in", "tablespace"):
        return (_move_all(r, kind, at),)
    missing_ok = if_exists(r)
    table, only = _relation(r) if kind in (Kind.TABLE, Kind.FOREIGN_TABLE) else (name(r), False)
    fields: Fields = {"table": table, "kind": kind, "if_exists": missing_ok, "only": only, "at": r.at}
    found = _alone(r, fields)
    if found is None:
        return actions(r, fields)
    expect_end(r)
    return (found,)


def _kind(r: Reader) -> Kind:
    for kind in _KINDS:
        if r.accept(*kind.value.split()):
            return kind
    return refuse(r, "a kind of relation")


_KINDS: Final = (Kind.TABLE, Kind.INDEX, Kind.VIEW, Kind.SEQUENCE, Kind.MATERIALIZED_VIEW, Kind.FOREIGN_TABLE)


def _relation(r: Reader) -> tuple[Name, bool]:
    """Read `table`, `table *`, `ONLY table` or `ONLY (table)` (relation_expr)."""
    if not r.accept("only"):
        found = name(r)
        r.symbol("*")
        return found, False
    wrapped = r.symbol("(")
    found = name(r)
    if wrapped:
        expect_symbol(r, ")")
    return found, True


# --- statements of one action ---


def _alone(r: Reader, fields: Fields) -> Operation | None:
    """Read an action that no other can follow, if this is one."""
    read, kinds = _ALONE.get(r.word, (None, ()))
    if read is None or fields["kind"] not in kinds:
        return None
    return read(r, fields)


def _move_all(r: Reader, kind: Kind, at: int) -> AlterObject:
    identifier(r)
    if r.accept("owned", "by"):
        roles(r)
    expect(r, "set", "tablespace")
    identifier(r)
    r.accept("nowait")
    return AlterObject(kind=kind, name=None, action="all in tablespace", at=at)


def _rename(r: Reader, fields: Fields) -> Operation:
    expect(r, "rename")
    if r.accept("to"):
        return Rename(new=identifier(r), **of_object(fields))
    if fields["kind"] is Kind.TABLE and r.accept("constraint"):
        old, new = _old_and_new(r)
        return op.RenameConstraint(name=old, new=new, **fields)
    if fields["kind"] in (Kind.INDEX, Kind.SEQUENCE):
        refuse(r, "TO")
    r.accept("column")
    old, new = _old_and_new(r)
    return op.RenameColumn(name=old, new=new, **fields)


def _old_and_new(r: Reader) -> tuple[str, str]:
    old = identifier(r)
    expect(r, "to")
    return old, identifier(r)


def _set_schema(r: Reader, fields: Fields) -> Operation | None:
    if not r.accept("set", "schema"):
        return None
    return SetSchema(schema=identifier(r), **of_object(fields))


def _attach(r: Reader, fields: Fields) -> Operation:
    expect(r, "attach", "partition")
    partition = name(r)
    return op.AttachPartition(partition=partition, bound=None if fields["kind"] is Kind.INDEX else bound(r), **fields)


def _detach(r: Reader, fields: Fields) -> Operation:
    expect(r, "detach", "partition")
    return op.DetachPartition(partition=name(r), mode=op.Detach(r.one_of("concurrently", "finalize")), **fields)


def _depends(r: Reader, fields: Fields) -> Operation | None:
    negated = r.accept("no", "depends")
    if not negated and not r.accept("depends"):
        return None
    expect(r, "on", "extension")
    identifier(r)
    action = "no depends on extension" if negated else "depends on extension"
    return AlterObject(kind=fields["kind"], name=fields["table"], action=action, at=fields["at"])


_ALONE: Final[dict[str, tuple[Callable[[Reader, Fields], Operation | None], tuple[Kind, ...]]]] = {
    "rename": (_rename, _KINDS),
    "set": (_set_schema, tuple(kind for kind in _KINDS if kind is not Kind.INDEX)),
    "attach": (_attach, (Kind.TABLE, Kind.INDEX)),
    "detach": (_detach, (Kind.TABLE,)),
    "depends": (_depends, (Kind.INDEX, Kind.MATERIALIZED_VIEW)),
    "no": (_depends, (Kind.INDEX, Kind.MATERIALIZED_VIEW)),
}
