"""Types, domains and sequences, as libpg_query reads them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import trees
from oracle.definitions import column, constraint, qualifiers
from oracle.names import name, relation, scalar, strings, type_name
from sqlmig.sql.definitions import NotNull
from sqlmig.sql.operations import types as op
from sqlmig.sql.operations.base import Operation

Operations = tuple[Operation, ...]


def create_enum(tree: Message, written: str) -> Operations:
    return (op.CreateEnum(type=name(tree.type_name), labels=strings(tree.vals)),)


def create_composite(tree: Message, written: str) -> Operations:
    attributes = tuple(column(node.column_def) for node in tree.coldeflist)
    return (op.CreateCompositeType(type=relation(tree.typevar), attributes=attributes),)


def alter_enum(tree: Message, written: str) -> Operations:
    of_type = name(tree.type_name)
    if tree.old_val:
        return (op.RenameEnumValue(type=of_type, value=tree.old_val, new=tree.new_val),)
    neighbor = tree.new_val_neighbor or None
    return (
        op.AddEnumValue(
            type=of_type,
            value=tree.new_val,
            if_not_exists=tree.skip_if_new_val_exists,
            before=None if tree.new_val_is_after else neighbor,
            after=neighbor if tree.new_val_is_after else None,
        ),
    )


# --- domains ---


def create_domain(tree: Message, written: str) -> Operations:
    operation = op.CreateDomain(
        domain=name(tree.domainname),
        type=type_name(tree.type_name),
        collation=name(tree.coll_clause.collname) if tree.HasField("coll_clause") else None,
        **qualifiers(tree.constraints, of_column=""),
    )
    return (operation,)


def alter_domain(tree: Message, written: str) -> Operations:
    domain = name(tree.type_name)
    definition = getattr(tree, "def")
    match tree.subtype:
        case "T":
            return (op.SetDomainDefault(domain=domain, default=trees.expression(definition)),)
        case "N" | "O":
            return (op.SetDomainNotNull(domain=domain, not_null=tree.subtype == "O"),)
        case "C":
            added = constraint(definition.constraint)
            # The tree calls what NOT NULL is about "value".
            added = added.replaced(column="") if isinstance(added, NotNull) else added
            return (op.AddDomainConstraint(domain=domain, constraint=added),)
        case "V":
            return (op.ValidateDomainConstraint(domain=domain, name=tree.name),)
        case _:
            cascade = pg.DropBehavior.Name(tree.behavior) == "DROP_CASCADE"
            return (op.DropDomainConstraint(domain=domain, name=tree.name, if_exists=tree.missing_ok, cascade=cascade),)


# --- sequences ---


def create_sequence(tree: Message, written: str) -> Operations:
    operation = op.CreateSequence(
        sequence=relation(tree.sequence),
        if_not_exists=tree.if_not_exists,
        temporary=tree.sequence.relpersistence == "t",
        **_sequence_options(tree),
    )
    return (operation,)


def alter_sequence(tree: Message, written: str) -> Operations:
    fields = _sequence_options(tree)
    for node in tree.options:
        if node.def_elem.defname == "restart":
            fields["restart"] = True
            fields["restart_with"] = int(scalar(node.def_elem.arg)) if node.def_elem.HasField("arg") else None
    return (op.AlterSequence(sequence=relation(tree.sequence), if_exists=tree.missing_ok, **fields),)


def _sequence_options(tree: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for node in tree.options:
        element = node.def_elem
        if element.defname == "as":
            fields["type"] = type_name(element.arg.type_name)
        elif element.defname == "owned_by":
            owner = strings(element.arg.list.items)
            fields["owned_by"] = () if owner == ("none",) else owner
    return fields
