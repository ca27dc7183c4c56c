"""What any kind of object knows: DROP, RENAME, OWNER TO, ...; and the kinds without operations of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle.matching import ANYTHING
from oracle.names import dotted, kind_of, name, relation, role, scalar, strings, types, unwrapped
from oracle.trees import words
from sqlmig.sql.operations import objects as op
from sqlmig.sql.operations.access import DropSchema
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import DropIndex
from sqlmig.sql.operations.policies import DropPolicy, DropTrigger
from sqlmig.sql.operations.routines import DropRoutine
from sqlmig.sql.operations.tables import DropTable, RenameColumn, RenameConstraint
from sqlmig.sql.reader import Name

Operations = tuple[Operation, ...]

_OTHER_KINDS = {
    "DOMCONSTRAINT": Kind.DOMAIN_CONSTRAINT,
    "FDW": Kind.FOREIGN_DATA_WRAPPER,
    "FOREIGN_SERVER": Kind.SERVER,
    "LARGEOBJECT": Kind.LARGE_OBJECT,
    "MATVIEW": Kind.MATERIALIZED_VIEW,
    "OPCLASS": Kind.OPERATOR_CLASS,
    "OPFAMILY": Kind.OPERATOR_FAMILY,
    "PARAMETER_ACL": Kind.PARAMETER,
    "STATISTIC_EXT": Kind.STATISTICS,
    "TABCONSTRAINT": Kind.CONSTRAINT,
    "TSCONFIGURATION": Kind.TEXT_SEARCH_CONFIGURATION,
    "TSDICTIONARY": Kind.TEXT_SEARCH_DICTIONARY,
    "TSPARSER": Kind.TEXT_SEARCH_PARSER,
    "TSTEMPLATE": Kind.TEXT_SEARCH_TEMPLATE,
}
_ROUTINES = {Kind.AGGREGATE, Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE}


def object_kind(number: int) -> Kind:
    """The kind of an ObjectType."""
    word = pg.ObjectType.Name(number).removeprefix("OBJECT_")
    return _OTHER_KINDS[word] if word in _OTHER_KINDS else Kind[word]


def object_name(kind: Kind, node: Message) -> tuple[Any, Name | None]:
    """The name of an object, and the table (type, domain) that it belongs to."""
    match kind_of(node):
        case "string" | "integer" | "float":
            return Name(None, scalar(node)), None
        case "type_name":
            return name(node.type_name.names), None
        case "object_with_args":
            return name(node.object_with_args.objname), None
        case "range_var":
            return relation(node.range_var), None
    items = node.list.items
    match kind:
        case Kind.COLUMN | Kind.CONSTRAINT | Kind.POLICY | Kind.RULE | Kind.TRIGGER:
            *of_table, own = strings(items)
            return Name(None, own), dotted(of_table)
        case Kind.DOMAIN_CONSTRAINT:
            return Name(None, items[1].string.sval), name(items[0].type_name.names)
        case Kind.OPERATOR_CLASS | Kind.OPERATOR_FAMILY:
            return dotted(strings(items)[1:]), None
        case Kind.CAST | Kind.TRANSFORM:
            return ANYTHING, None
        case _:
            return name(items), None


def _cascade(tree: Message) -> bool:
    return pg.DropBehavior.Name(tree.behavior) == "DROP_CASCADE"


# --- DROP ---


def drop(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.remove_type)
    return tuple(_drop(kind, node, tree) for node in tree.objects)


def _drop(kind: Kind, node: Message, tree: Message) -> Operation:
    found, table = object_name(kind, node)
    how: dict[str, Any] = {"if_exists": tree.missing_ok, "cascade": _cascade(tree)}
    match kind:
        case Kind.TABLE | Kind.FOREIGN_TABLE:
            return DropTable(table=found, foreign=kind is Kind.FOREIGN_TABLE, **how)
        case Kind.INDEX:
            return DropIndex(index=found, concurrently=tree.concurrent, **how)
        case Kind.SCHEMA:
            return DropSchema(schema=found.name, **how)
        case Kind.POLICY:
            return DropPolicy(policy=found.name, table=table, **how)
        case Kind.TRIGGER:
            return DropTrigger(trigger=found.name, table=table, **how)
        case _ if kind in _ROUTINES:
            return DropRoutine(kind=kind, name=found, arguments=signature(node.object_with_args), **how)
        case _:
            return op.DropObject(kind=kind, name=found, table=table, **how)


def signature(tree: Message) -> Any:
    """The types of a routine's arguments; None when no list is written."""
    return None if tree.args_unspecified else types(tree.objargs)


def drop_roles(tree: Message, written: str) -> Operations:
    names = (role(node.role_spec) for node in tree.roles)
    return tuple(op.DropObject(kind=Kind.ROLE, name=Name(None, each), if_exists=tree.missing_ok) for each in names)


# --- RENAME, SET SCHEMA, OWNER TO ---


def rename(tree: Message, written: str) -> Operations:
    word = pg.ObjectType.Name(tree.rename_type).removeprefix("OBJECT_")
    how: dict[str, Any] = {"new": tree.newname, "if_exists": tree.missing_ok}
    match word:
        case "COLUMN" | "TABCONSTRAINT":
            make = RenameColumn if word == "COLUMN" else RenameConstraint
            kind = object_kind(tree.relation_type) if word == "COLUMN" else Kind.TABLE
            only = not tree.relation.inh
            return (make(table=relation(tree.relation), kind=kind, only=only, name=tree.subname, **how),)
        case "ATTRIBUTE":
            of_type = relation(tree.relation)
            return (op.Rename(kind=Kind.COLUMN, name=Name(None, tree.subname), table=of_type, **how),)
        case "DOMCONSTRAINT":
            domain = name(tree.object.list.items)
            return (op.Rename(kind=Kind.DOMAIN_CONSTRAINT, name=Name(None, tree.subname), table=domain, **how),)
    kind = object_kind(tree.rename_type)
    if kind in (Kind.POLICY, Kind.RULE, Kind.TRIGGER):
        table = relation(tree.relation)
        return (op.Rename(kind=kind, name=Name(None, tree.subname), table=table, **how),)
    return (op.Rename(kind=kind, name=_target(kind, tree, tree.subname), **how),)


def _target(kind: Kind, tree: Message, subname: str = "") -> Any:
    if tree.HasField("relation"):
        return relation(tree.relation)
    return Name(None, subname) if subname else object_name(kind, tree.object)[0]


def set_schema(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.object_type)
    target = _target(kind, tree)
    return (op.SetSchema(kind=kind, name=target, schema=tree.newschema, if_exists=tree.missing_ok),)


def change_owner(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.object_type)
    return (op.ChangeOwner(kind=kind, name=_target(kind, tree), role=role(tree.newowner)),)


# --- COMMENT, SECURITY LABEL ---


def comment(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.objtype)
    found, table = object_name(kind, tree.object)
    return (op.CommentOn(kind=kind, name=found, table=table, text=_text(written, tree.comment)),)


def security_label(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.objtype)
    found, table = object_name(kind, tree.object)
    label = _text(written, tree.label)
    return (op.SecurityLabel(kind=kind, name=found, table=table, label=label, provider=tree.provider or None),)


def _text(written: str, value: str) -> str | None:
    """The protobuf has '' for NULL and for an empty string; the last word tells them apart."""
    return None if not value and words(written)[-1] == "null" else value


# --- kinds without operations of their own ---


def created(
    kind: Kind, field: str, *, replace: str = "", if_not_exists: str = ""
) -> Callable[[Message, str], Operations]:
    """CREATE of a kind whose name is in this field: a word, or a list of words."""

    def read(tree: Message, written: str) -> Operations:
        return (
            op.CreateObject(
                kind=kind,
                name=_field_name(tree, field),
                or_replace=bool(replace) and getattr(tree, replace),
                if_not_exists=bool(if_not_exists) and getattr(tree, if_not_exists),
            ),
        )

    return read


def altered(kind: Kind, field: str) -> Callable[[Message, str], Operations]:
    """ALTER of such a kind; what is done to it is words of our own."""
    return lambda tree, written: (op.AlterObject(kind=kind, name=_field_name(tree, field), action=ANYTHING),)


def dropped(kind: Kind, field: str) -> Callable[[Message, str], Operations]:
    """DROP of a kind that has a statement of its own."""

    def read(tree: Message, written: str) -> Operations:
        how = {"if_exists": tree.missing_ok, "cascade": hasattr(tree, "behavior") and _cascade(tree)}
        return (op.DropObject(kind=kind, name=_field_name(tree, field), **how),)

    return read


def _field_name(tree: Message, field: str) -> Any:
    if not field:
        return None
    value = getattr(tree, field)
    if isinstance(value, str):
        return Name(None, value)
    if isinstance(value, Message):
        return name(value.objname)
    return name(value)


def define(tree: Message, written: str) -> Operations:
    """CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH ..."""
    kind = object_kind(tree.kind)
    return (
        op.CreateObject(kind=kind, name=name(tree.defnames), or_replace=tree.replace, if_not_exists=tree.if_not_exists),
    )


def create_statistics(tree: Message, written: str) -> Operations:
    table = unwrapped(tree.relations[0])
    return (
        op.CreateObject(
            kind=Kind.STATISTICS,
            name=name(tree.defnames) if tree.defnames else None,
            if_not_exists=tree.if_not_exists,
            table=relation(table) if kind_of(tree.relations[0]) == "range_var" else None,
        ),
    )


def alter_depends(tree: Message, written: str) -> Operations:
    kind = object_kind(tree.object_type)
    target = relation(tree.relation) if tree.HasField("relation") else object_name(kind, tree.object)[0]
    return (op.AlterObject(kind=kind, name=ANYTHING if kind is Kind.TRIGGER else target, action=ANYTHING),)


def alter_contents(tree: Message, written: str) -> Operations:
    """ALTER EXTENSION ... ADD, DROP."""
    return (op.AlterObject(kind=Kind.EXTENSION, name=Name(None, tree.extname), action=ANYTHING),)


def move_all(tree: Message, written: str) -> Operations:
    """ALTER TABLE ALL IN TABLESPACE, and of indexes and materialized views."""
    return (op.AlterObject(kind=object_kind(tree.objtype), name=None, action=ANYTHING),)
