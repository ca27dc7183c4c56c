"""Maintenance, the session and the transaction, as libpg_query reads them."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle.matching import OneOf
from oracle.names import is_on, relation, relations, scalar, setting
from oracle.trees import words
from sqlmig.sql.operations import session as op
from sqlmig.sql.operations.base import Operation

Operations = tuple[Operation, ...]
Reading = Callable[[Message, str], Operations | None]


def vacuum(tree: Message, written: str) -> Operations:
    tables = tuple(relation(node.vacuum_relation.relation) for node in tree.rels)
    if not tree.is_vacuumcmd:
        return (op.Analyze(tables=tables),)
    return (op.Vacuum(tables=tables, full=is_on(tree.options, "full")),)


def cluster(tree: Message, written: str) -> Operations:
    table = relation(tree.relation) if tree.HasField("relation") else None
    return (op.Cluster(table=table, index=tree.indexname or None),)


_LOCK_MODES = (
    "access share",
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
)


def lock(tree: Message, written: str) -> Operations:
    tables = relations(tree.relations)
    return (op.LockTable(tables=tables, mode=_LOCK_MODES[tree.mode - 1], nowait=tree.nowait),)


# --- settings ---


def set_parameter(tree: Message, written: str) -> Operations:
    kind = pg.VariableSetKind.Name(tree.kind)
    lifetime = op.Lifetime.LOCAL if tree.is_local else op.Lifetime.SESSION
    if kind == "VAR_SET_MULTI":
        return (op.TransactionControl(control=op.Control.SET),)
    # The tree of SET ROLE r is that of SET role = r, and both do the same.
    operation = op.SetParameter(setting=setting(tree), lifetime=lifetime)
    assigns = bool({"=", "to"} & set(words(written)[:4]))
    if tree.name == "role":
        named = op.SetRole(role=_role(tree, nobody="none"), lifetime=lifetime)
    elif tree.name == "session_authorization":
        named = op.SetSessionAuthorization(role=_role(tree), lifetime=lifetime)
    else:
        return (operation,)
    return (OneOf(named, operation) if assigns else named,)


def _role(tree: Message, nobody: str = "") -> str | None:
    value = scalar(tree.args[0]) if tree.args else None
    return None if value == nobody else value


def set_constraints(tree: Message, written: str) -> Operations:
    return (op.SetConstraints(names=relations(tree.constraints), deferred=tree.deferred),)


# --- transactions ---


def transaction(tree: Message, written: str) -> Operations:
    word = pg.TransactionStmtKind.Name(tree.kind).removeprefix("TRANS_STMT_")
    return (op.TransactionControl(control=op.Control["BEGIN" if word == "START" else word]),)


# --- the session ---


def session_command(command: str, field: str = "") -> Reading:
    """A statement that is its first word and perhaps a name."""

    def read(tree: Message, written: str) -> Operations:
        name = getattr(tree, field) or None if field else None
        return (op.SessionCommand(command=command, name=name),)

    return read


def fetch(tree: Message, written: str) -> Operations:
    return (op.SessionCommand(command="move" if tree.ismove else "fetch", name=tree.portalname),)


def discard(tree: Message, written: str) -> Operations:
    what = pg.DiscardMode.Name(tree.target).removeprefix("DISCARD_").lower()
    return (op.SessionCommand(command=f"discard {what}"),)


def explain(operations_of_node: Reading) -> Reading:
    """EXPLAIN, with what it runs, which `operations_of_node` reads."""

    def read(tree: Message, written: str) -> Operations | None:
        analyze = is_on(tree.options, "analyze")
        inside = operations_of_node(tree.query, written) if analyze else ()
        return None if inside is None else (op.Explain(analyze=analyze), *inside)

    return read


def import_foreign_schema(tree: Message, written: str) -> Operations:
    operation = op.ImportForeignSchema(schema=tree.remote_schema, server=tree.server_name, into=tree.local_schema)
    return (operation,)
