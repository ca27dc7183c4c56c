"""Schemas, extensions, roles and privileges, as libpg_query reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle.matching import OneOf
from oracle.names import is_on, kind_of, relation, role, roles, scalar, setting, strings
from oracle.objects import object_kind, object_name
from sqlmig.sql.definitions import Option
from sqlmig.sql.operations import access as op
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name

Operations = tuple[Operation, ...]
Reading = Callable[[Message, str], Operations | None]


def create_schema(operations_of_node: Callable[[Message, str], Operations | None]) -> Reading:
    """CREATE SCHEMA with the statements inside of it, which `operations_of_node` reads."""

    def read(tree: Message, written: str) -> Operations | None:
        owner = role(tree.authrole) if tree.HasField("authrole") else None
        operation = op.CreateSchema(
            schema=tree.schemaname or owner or "", authorization=owner, if_not_exists=tree.if_not_exists
        )
        inside = [operations_of_node(node, written) or () for node in tree.schema_elts]
        return (operation, *(_within(operation.schema, each) for operations in inside for each in operations))

    return read


def _within(schema: str, operation: Operation) -> Operation:
    """What CREATE SCHEMA makes is in it, where no other schema is written (transformCreateSchemaStmtElements)."""
    for field in ("table", "view", "sequence"):
        target = getattr(operation, field, None)
        if isinstance(target, Name) and target.schema is None:
            return operation.replaced(**{field: Name(schema, target.name)})
    return operation


def create_extension(tree: Message, written: str) -> Operations:
    given = {node.def_elem.defname: node.def_elem.arg for node in tree.options}
    operation = op.CreateExtension(
        extension=tree.extname,
        schema=scalar(given["schema"]) if "schema" in given else None,
        if_not_exists=tree.if_not_exists,
        cascade=is_on(tree.options, "cascade"),
    )
    return (operation,)


# --- roles ---


def create_role(tree: Message, written: str) -> Operations:
    return (op.CreateRole(role=tree.role, options=_role_options(tree.options)),)


def alter_role(tree: Message, written: str) -> Operations:
    elements = [node.def_elem for node in tree.options]
    if [element.defname for element in elements] == ["rolemembers"]:
        # ALTER GROUP ... ADD USER, DROP USER.
        members = roles(elements[0].arg.list.items)
        return (op.GrantRole(revoke=tree.action < 0, granted=(role(tree.role),), roles=members),)
    return (op.AlterRole(role=role(tree.role), options=_role_options(tree.options)),)


_FLAGS = {
    "superuser": "superuser",
    "inherit": "inherit",
    "createrole": "createrole",
    "createdb": "createdb",
    "canlogin": "login",
    "isreplication": "replication",
    "bypassrls": "bypassrls",
}


_OTHER_OPTIONS = {
    "connectionlimit": "connection limit",
    "validUntil": "valid until",
    "sysid": "sysid",
    "adminmembers": "admin",
    "rolemembers": OneOf("role", "user"),
    "addroleto": OneOf("in role", "in group"),
}


def _role_options(nodes: Iterable[Message]) -> tuple[Any, ...]:
    return tuple(_role_option(node.def_elem) for node in nodes)


def _role_option(element: Message) -> Any:
    if element.defname == "password":
        return "password" if element.HasField("arg") else "password null"
    if element.defname in _FLAGS:
        return ("" if element.arg.boolean.boolval else "no") + _FLAGS[element.defname]
    return _OTHER_OPTIONS[element.defname]


def alter_role_setting(tree: Message, written: str) -> Operations:
    operation = op.AlterRoleSetting(
        role=role(tree.role) if tree.HasField("role") else None,
        setting=setting(tree.setstmt),
        database=tree.database or None,
    )
    return (operation,)


def alter_database_setting(tree: Message, written: str) -> Operations:
    return (op.AlterDatabaseSetting(database=tree.dbname, setting=setting(tree.setstmt)),)


def alter_system(tree: Message, written: str) -> Operations:
    return (op.AlterSystem(setting=setting(tree.setstmt)),)


# --- privileges ---


def grant(tree: Message, written: str) -> Operations:
    return (_grant(tree),)


def _grant(tree: Message) -> op.Grant:
    kind = object_kind(tree.objtype)
    where: dict[str, Any] = {"objects": ()}
    match pg.GrantTargetType.Name(tree.targtype):
        case "ACL_TARGET_OBJECT":
            where = {"objects": tuple(_object(kind, node) for node in tree.objects)}
        case "ACL_TARGET_ALL_IN_SCHEMA":
            where = {"objects": (), "all_in_schemas": strings(tree.objects)}
    return op.Grant(
        revoke=not tree.is_grant,
        privileges=tuple(_privilege(node.access_priv) for node in tree.privileges) or (op.Privilege(name="all"),),
        kind=kind,
        roles=roles(tree.grantees),
        grant_option=tree.grant_option,
        cascade=_cascade(tree),
        **where,
    )


def _object(kind: Kind, node: Message) -> Name:
    return relation(node.range_var) if kind_of(node) == "range_var" else object_name(kind, node)[0]


def _privilege(tree: Message) -> op.Privilege:
    return op.Privilege(name=tree.priv_name or "all", columns=strings(tree.cols))


def _cascade(tree: Message) -> bool:
    return pg.DropBehavior.Name(tree.behavior) == "DROP_CASCADE"


def grant_role(tree: Message, written: str) -> Operations:
    operation = op.GrantRole(
        revoke=not tree.is_grant,
        granted=tuple(node.access_priv.priv_name for node in tree.granted_roles),
        roles=roles(tree.grantee_roles),
        options=tuple(_grant_option(node.def_elem, revoked=not tree.is_grant) for node in tree.opt),
        cascade=_cascade(tree),
    )
    return (operation,)


def _grant_option(element: Message, *, revoked: bool) -> Option:
    """WITH ADMIN OPTION is WITH ADMIN TRUE to the grammar; of REVOKE ADMIN OPTION FOR there is the name alone."""
    value = OneOf("option", "true") if element.arg.boolean.boolval else "false"
    return Option(name=element.defname, value=None if revoked else value)


def alter_default_privileges(tree: Message, written: str) -> Operations:
    given = {node.def_elem.defname: node.def_elem.arg.list.items for node in tree.options}
    operation = op.AlterDefaultPrivileges(
        schemas=strings(given.get("schemas", ())),
        for_roles=roles(given.get("roles", ())),
        grant=_grant(tree.action),
    )
    return (operation,)


def drop_owned(tree: Message, written: str) -> Operations:
    return (op.DropOwned(roles=roles(tree.roles), cascade=_cascade(tree)),)


def reassign_owned(tree: Message, written: str) -> Operations:
    return (op.ReassignOwned(roles=roles(tree.roles), new=role(tree.newrole)),)
