"""The actions of ALTER TABLE, and of ALTER VIEW, INDEX, TYPE and so on where they are the same to libpg_query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import trees
from oracle.definitions import bound, column, constraint, identity
from oracle.matching import OneOf
from oracle.names import kind_of, name, options, relation, role, scalar, type_name
from oracle.objects import object_kind
from sqlmig.sql.operations import tables as op
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import ChangeOwner
from sqlmig.sql.operations.types import AlterAttribute, Change


def alter_table(tree: Message, written: str) -> tuple[Operation, ...]:
    kind = object_kind(tree.objtype)
    actions = [node.alter_table_cmd for node in tree.cmds]
    if kind is Kind.TYPE:
        return tuple(_alter_attribute(tree, action) for action in actions)
    return tuple(_alter_table(tree, kind, action) for action in actions)


def _alter_table(tree: Message, kind: Kind, action: Message) -> Operation:
    word = pg.AlterTableType.Name(action.subtype).removeprefix("AT_")
    target = relation(tree.relation)
    if word == "ChangeOwner":
        return ChangeOwner(kind=kind, name=target, role=role(action.newowner), if_exists=tree.missing_ok)
    make, fields = _ACTIONS[word](action)
    return make(table=target, kind=kind, if_exists=tree.missing_ok, only=not tree.relation.inh, **fields)


def _alter_attribute(tree: Message, action: Message) -> AlterAttribute:
    word = pg.AlterTableType.Name(action.subtype).removeprefix("AT_")
    definition = getattr(action, "def").column_def
    return AlterAttribute(
        type=relation(tree.relation),
        attribute=definition.colname if word == "AddColumn" else action.name,
        change={"AddColumn": Change.ADD, "DropColumn": Change.DROP, "AlterColumnType": Change.ALTER}[word],
        attribute_type=None if word == "DropColumn" else type_name(definition.type_name),
        cascade=_cascade(action),
    )


Made = tuple[type[op.AlterTable], dict[str, Any]]


def _definition(action: Message) -> Message:
    return getattr(action, "def")


def _cascade(action: Message) -> bool:
    return pg.DropBehavior.Name(action.behavior) == "DROP_CASCADE"


def _plain(make: type[op.AlterTable], **fields: Any) -> Callable[[Message], Made]:
    return lambda _: (make, fields)


def _of_column(make: type[op.AlterTable], **fields: Any) -> Callable[[Message], Made]:
    return lambda action: (make, {"column": _column_name(action), **fields})


def _column_name(action: Message) -> str:
    return action.name or str(action.num)


def _named(make: type[op.AlterTable], field: str, **fields: Any) -> Callable[[Message], Made]:
    return lambda action: (make, {field: action.name or None, **fields})


def _of_trigger(firing: op.Firing) -> Callable[[Message], Made]:
    return _named(op.SetTrigger, "trigger", firing=firing)


def _of_options(make: type[op.AlterTable], **fields: Any) -> Callable[[Message], Made]:
    def made(action: Message) -> Made:
        of_column = {"column": _column_name(action)} if issubclass(make, op.AlterColumn) else {}
        return make, {**of_column, **fields, "options": options(_definition(action).list.items)}

    return made


# --- actions with a definition of their own ---


def _add_column(action: Message) -> Made:
    definition = _definition(action).column_def
    return op.AddColumn, {"column": column(definition), "if_not_exists": action.missing_ok}


def _drop_column(action: Message) -> Made:
    return op.DropColumn, {
        "column": action.name,
        "if_column_exists": action.missing_ok,
        "cascade": _cascade(action),
    }


def _column_default(action: Message) -> Made:
    default = trees.expression(_definition(action))
    if default is None:
        return op.DropDefault, {"column": action.name}
    return op.SetDefault, {"column": action.name, "default": default}


def _column_type(action: Message) -> Made:
    definition = _definition(action).column_def
    collation = name(definition.coll_clause.collname) if definition.HasField("coll_clause") else None
    return op.AlterColumnType, {
        "column": action.name,
        "type": type_name(definition.type_name),
        "collation": collation,
        "using": trees.expression(definition.raw_default),
    }


def _set_expression(action: Message) -> Made:
    return op.SetExpression, {"column": action.name, "expression": trees.expression(_definition(action))}


def _drop_expression(action: Message) -> Made:
    return op.DropExpression, {"column": action.name, "if_expression_exists": action.missing_ok}


def _add_identity(action: Message) -> Made:
    return op.AddIdentity, {
        "column": action.name,
        "identity": identity(_definition(action).constraint.generated_when),
    }


def _set_identity(action: Message) -> Made:
    fields: dict[str, Any] = {"column": action.name}
    for node in _definition(action).list.items:
        if node.def_elem.defname == "generated":
            fields["identity"] = identity(chr(node.def_elem.arg.integer.ival))
        elif node.def_elem.defname == "restart":
            fields["restart"] = True
    return op.SetIdentity, fields


def _drop_identity(action: Message) -> Made:
    return op.DropIdentity, {"column": action.name, "if_identity_exists": action.missing_ok}


def _set_statistics(action: Message) -> Made:
    definition = _definition(action)
    target = definition.integer.ival if kind_of(definition) == "integer" else None
    return op.SetStatistics, {"column": _column_name(action), "target": target}


def _set_storage(action: Message) -> Made:
    return op.SetStorage, {"column": action.name, "storage": scalar(_definition(action))}


def _set_compression(action: Message) -> Made:
    return op.SetCompression, {"column": action.name, "compression": scalar(_definition(action))}


def _add_constraint(action: Message) -> Made:
    return op.AddConstraint, {"constraint": constraint(_definition(action).constraint)}


def _alter_constraint(action: Message) -> Made:
    definition = _definition(action).atalter_constraint
    fields: dict[str, Any] = {"name": definition.conname}
    if definition.alter_deferrability:
        # The tree says nothing of what is written: NOT DEFERRABLE is also INITIALLY IMMEDIATE, and so on.
        fields["deferrable"] = True if definition.deferrable else OneOf(False, None)
        fields["initially_deferred"] = True if definition.initdeferred else OneOf(False, None)
        if definition.initdeferred:
            fields["deferrable"] = OneOf(True, None)
    if definition.alter_enforceability:
        fields["enforced"] = definition.is_enforced
    if definition.alter_inheritability:
        fields["inherit"] = not definition.noinherit
    return op.AlterConstraint, fields


def _drop_constraint(action: Message) -> Made:
    return op.DropConstraint, {
        "name": action.name,
        "if_constraint_exists": action.missing_ok,
        "cascade": _cascade(action),
    }


def _replica_identity(action: Message) -> Made:
    definition = _definition(action).replica_identity_stmt
    words = {"d": "default", "f": "full", "n": "nothing", "i": "index"}
    return op.SetReplicaIdentity, {"identity": words[definition.identity_type], "index": definition.name or None}


def _inherit(inherit: bool) -> Callable[[Message], Made]:
    return lambda action: (
        op.SetInheritance,
        {"parent": relation(_definition(action).range_var), "inherit": inherit},
    )


def _of_type(action: Message) -> Made:
    return op.SetOfType, {"type": name(_definition(action).type_name.names)}


def _attach_partition(action: Message) -> Made:
    definition = _definition(action).partition_cmd
    given = bound(definition.bound) if definition.HasField("bound") else None
    return op.AttachPartition, {"partition": relation(definition.name), "bound": given}


def _detach_partition(mode: op.Detach) -> Callable[[Message], Made]:
    def made(action: Message) -> Made:
        definition = _definition(action).partition_cmd
        found = op.Detach.CONCURRENTLY if definition.concurrent else mode
        return op.DetachPartition, {"partition": relation(definition.name), "mode": found}

    return made


_ACTIONS: dict[str, Callable[[Message], Made]] = {
    "AddColumn": _add_column,
    "DropColumn": _drop_column,
    "ColumnDefault": _column_default,
    "SetNotNull": _of_column(op.SetNotNull),
    "DropNotNull": _of_column(op.DropNotNull),
    "AlterColumnType": _column_type,
    "SetExpression": _set_expression,
    "DropExpression": _drop_expression,
    "AddIdentity": _add_identity,
    "SetIdentity": _set_identity,
    "DropIdentity": _drop_identity,
    "SetStatistics": _set_statistics,
    "SetStorage": _set_storage,
    "SetCompression": _set_compression,
    "SetOptions": _of_options(op.SetColumnOptions),
    "ResetOptions": _of_options(op.SetColumnOptions, reset=True),
    "AlterColumnGenericOptions": _of_options(op.SetColumnOptions),
    "AddConstraint": _add_constraint,
    "AlterConstraint": _alter_constraint,
    "ValidateConstraint": _named(op.ValidateConstraint, "name"),
    "DropConstraint": _drop_constraint,
    "EnableRowSecurity": _plain(op.SetRowSecurity, action=op.RowSecurity.ENABLE),
    "DisableRowSecurity": _plain(op.SetRowSecurity, action=op.RowSecurity.DISABLE),
    "ForceRowSecurity": _plain(op.SetRowSecurity, action=op.RowSecurity.FORCE),
    "NoForceRowSecurity": _plain(op.SetRowSecurity, action=op.RowSecurity.NO_FORCE),
    "SetRelOptions": _of_options(op.SetOptions),
    "ResetRelOptions": _of_options(op.SetOptions, reset=True),
    "GenericOptions": _of_options(op.SetOptions),
    "SetLogged": _plain(op.SetPersistence, persistence=op.Persistence.PERMANENT),
    "SetUnLogged": _plain(op.SetPersistence, persistence=op.Persistence.UNLOGGED),
    "SetTableSpace": _named(op.SetTablespace, "tablespace"),
    "SetAccessMethod": _named(op.SetAccessMethod, "method"),
    "ClusterOn": _named(op.ClusterOn, "index"),
    "DropCluster": _plain(op.ClusterOn, index=None),
    "ReplicaIdentity": _replica_identity,
    "EnableTrig": _of_trigger(op.Firing.ENABLE),
    "EnableAlwaysTrig": _of_trigger(op.Firing.ALWAYS),
    "EnableReplicaTrig": _of_trigger(op.Firing.REPLICA),
    "DisableTrig": _of_trigger(op.Firing.DISABLE),
    "EnableTrigAll": _of_trigger(op.Firing.ENABLE),
    "DisableTrigAll": _of_trigger(op.Firing.DISABLE),
    "EnableTrigUser": _plain(op.SetTrigger, trigger=None, firing=op.Firing.ENABLE, user_only=True),
    "DisableTrigUser": _plain(op.SetTrigger, trigger=None, firing=op.Firing.DISABLE, user_only=True),
    "EnableRule": _named(op.SetRule, "rule", firing=op.Firing.ENABLE),
    "EnableAlwaysRule": _named(op.SetRule, "rule", firing=op.Firing.ALWAYS),
    "EnableReplicaRule": _named(op.SetRule, "rule", firing=op.Firing.REPLICA),
    "DisableRule": _named(op.SetRule, "rule", firing=op.Firing.DISABLE),
    "AddInherit": _inherit(inherit=True),
    "DropInherit": _inherit(inherit=False),
    "AddOf": _of_type,
    "DropOf": _plain(op.SetOfType, type=None),
    "AttachPartition": _attach_partition,
    "DetachPartition": _detach_partition(op.Detach.PLAIN),
    "DetachPartitionFinalize": _detach_partition(op.Detach.FINALIZE),
    "DropOids": _plain(op.SetWithoutOids),
}
