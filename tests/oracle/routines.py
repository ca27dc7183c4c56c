"""Functions, procedures, DO and CALL; policies, triggers and rules: as libpg_query reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import trees
from oracle.matching import Unordered
from oracle.names import kind_of, name, relation, role, roles, scalar, setting, strings, type_name
from oracle.objects import object_kind, signature
from sqlmig.sql.definitions import Argument, Body
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy, CreateRule, CreateTrigger
from sqlmig.sql.operations.routines import AlterRoutine, Call, CreateRoutine, Do

Operations = tuple[Operation, ...]


def create_routine(tree: Message, written: str) -> Operations:
    arguments = tuple(_argument(node.function_parameter) for node in tree.parameters)
    returns_table = any(argument.mode == "table" for argument in arguments)
    returns = type_name(tree.return_type) if tree.HasField("return_type") and not returns_table else None
    operation = CreateRoutine(
        kind=Kind.PROCEDURE if tree.is_procedure else Kind.FUNCTION,
        name=name(tree.funcname),
        arguments=arguments,
        returns=returns,
        or_replace=tree.replace,
        sql_body=trees.routine_body(tree.sql_body) if tree.HasField("sql_body") else None,
        **_attributes(tree.options),
    )
    return (operation,)


def alter_routine(tree: Message, written: str) -> Operations:
    operation = AlterRoutine(
        kind=object_kind(tree.objtype),
        name=name(tree.func.objname),
        arguments=signature(tree.func),
        **_attributes(tree.actions),
    )
    return (operation,)


def _argument(tree: Message) -> Argument:
    mode = pg.FunctionParameterMode.Name(tree.mode).removeprefix("FUNC_PARAM_").lower()
    return Argument(
        mode="in" if mode == "default" else mode,
        name=tree.name or None,
        type=type_name(tree.arg_type),
        default=trees.expression(tree.defexpr),
    )


def _attributes(nodes: Iterable[Message]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    settings = []
    for element in (node.def_elem for node in nodes):
        match element.defname:
            case "as":
                fields["body"] = _body(element.arg)
            case "set":
                settings.append(setting(element.arg.variable_set_stmt))
            case "security":
                fields["security_definer"] = element.arg.boolean.boolval
            case "strict" | "leakproof" | "window" as word:
                fields[word] = element.arg.boolean.boolval
            case "language" | "volatility" | "parallel" as word:
                fields[word] = scalar(element.arg)
    return fields | {"settings": tuple(settings)}


def _body(node: Message) -> Body:
    text = strings(node.list.items)[0] if kind_of(node) == "list" else scalar(node)
    return Body(text=text, tokens=())


def do(tree: Message, written: str) -> Operations:
    given = {node.def_elem.defname: node.def_elem.arg for node in tree.args}
    language = scalar(given["language"]) if "language" in given else "plpgsql"
    return (Do(language=language, body=_body(given["as"])),)


def call(tree: Message, written: str) -> Operations:
    return (Call(routine=name(tree.funccall.funcname), call=trees.call(tree.funccall)),)


# --- policies ---


def create_policy(tree: Message, written: str) -> Operations:
    operation = CreatePolicy(
        policy=tree.policy_name,
        table=relation(tree.table),
        permissive=tree.permissive,
        command=tree.cmd_name,
        roles=roles(tree.roles),
        roles_written=tree.roles[0].role_spec.location >= 0,
        using=trees.expression(tree.qual),
        with_check=trees.expression(tree.with_check),
    )
    return (operation,)


def alter_policy(tree: Message, written: str) -> Operations:
    operation = AlterPolicy(
        policy=tree.policy_name,
        table=relation(tree.table),
        roles=tuple(role(node.role_spec) for node in tree.roles) or None,
        using=trees.expression(tree.qual),
        with_check=trees.expression(tree.with_check),
    )
    return (operation,)


# --- triggers and rules ---

_BEFORE = 1 << 1
_INSTEAD = 1 << 6
_EVENTS = {1 << 2: "insert", 1 << 3: "delete", 1 << 4: "update", 1 << 5: "truncate"}


def create_trigger(tree: Message, written: str) -> Operations:
    operation = CreateTrigger(
        trigger=tree.trigname,
        table=relation(tree.relation),
        function=name(tree.funcname),
        timing={0: "after", _BEFORE: "before", _INSTEAD: "instead of"}[tree.timing],
        events=Unordered(event for bit, event in _EVENTS.items() if tree.events & bit),
        update_columns=strings(tree.columns),
        for_each_row=tree.row,
        when=trees.expression(tree.when_clause),
        constraint=tree.isconstraint,
        or_replace=tree.replace,
        deferrable=tree.deferrable,
        initially_deferred=tree.initdeferred,
    )
    return (operation,)


def create_rule(tree: Message, written: str) -> Operations:
    operation = CreateRule(
        rule=tree.rulename,
        table=relation(tree.relation),
        event=pg.CmdType.Name(tree.event).removeprefix("CMD_").lower(),
        instead=tree.instead,
        or_replace=tree.replace,
        actions=trees.statements(tree.actions) if tree.actions else None,
    )
    return (operation,)
