"""Names, types, options, settings and roles of libpg_query's trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from oracle.matching import ANYTHING, OneOf
from oracle.trees import expression, type_of
from sqlmig.sql.definitions import Option, Setting, TypeName
from sqlmig.sql.reader import Name


def kind_of(node: Message) -> str:
    """Which of the fields of a Node is set."""
    return node.WhichOneof("node") or ""


def unwrapped(node: Message) -> Any:
    """What a Node wraps."""
    return getattr(node, kind_of(node))


def strings(nodes: Iterable[Message]) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes)


def dotted(parts: Iterable[str]) -> Name:
    *before, last = parts
    return Name(before[-1] if before else None, last)


def name(nodes: Iterable[Message]) -> Name:
    return dotted(strings(nodes))


def relation(range_var: Message) -> Name:
    return Name(range_var.schemaname or None, range_var.relname)


def relations(nodes: Iterable[Message]) -> tuple[Name, ...]:
    return tuple(relation(node.range_var) for node in nodes)


def role(spec: Message) -> str:
    kinds = {2: "current_role", 3: "current_user", 4: "session_user", 5: "public"}
    return kinds.get(spec.roletype, spec.rolename)


def roles(nodes: Iterable[Message]) -> tuple[str, ...]:
    return tuple(role(node.role_spec) for node in nodes)


# --- types ---


def type_name(tree: Message) -> TypeName:
    parts = strings(tree.names)
    if tree.pct_type:
        parts = (*parts[:-1], parts[-1] + "%type")
    return TypeName(
        schema=parts[-2] if len(parts) > 1 else None,
        name=parts[-1],
        modifiers=_modifiers(parts, tree.typmods),
        dimensions=len(tree.array_bounds),
        set_of=tree.setof,
    )


def types(nodes: Iterable[Message]) -> tuple[TypeName, ...]:
    return tuple(type_name(node.type_name) for node in nodes)


def _modifiers(parts: tuple[str, ...], nodes: Iterable[Message]) -> Any:
    if parts == ("pg_catalog", "interval"):
        numbers = [node.a_const.ival.ival for node in nodes]
        fields = _interval_fields(numbers[0]) if numbers else ()
        return (*fields, *map(str, numbers[1:]))
    return tuple(expression(node) for node in nodes)


_FIELDS = {"year": 1 << 2, "month": 1 << 1, "day": 1 << 3, "hour": 1 << 10, "minute": 1 << 11, "second": 1 << 12}


def _interval_fields(mask: int) -> tuple[str, ...]:
    """The fields that gram.y's opt_interval makes a mask of; a mask of all of them is none written."""
    found = [field for field, bit in _FIELDS.items() if mask & bit]
    if mask == 0x7FFF:
        return ()
    return (found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}",)


# --- options and settings ---


def options(nodes: Iterable[Message]) -> tuple[Option, ...]:
    return tuple(option(node.def_elem) for node in nodes)


def option(element: Message) -> Option:
    prefix = f"{element.defnamespace}." if element.defnamespace else ""
    return Option(name=prefix + element.defname, value=_option_value(element.arg))


def _option_value(node: Message) -> Any:
    match kind_of(node):
        case "":
            return None
        case "type_name":
            return type_of(node.type_name)
        case "integer":
            return OneOf(str(node.integer.ival), f"+{node.integer.ival}")
        case "list":
            return ANYTHING
        case _:
            return scalar(node)


def scalar(node: Message) -> str:
    """The characters of a constant."""
    match kind_of(node):
        case "string":
            return node.string.sval
        case "integer":
            return str(node.integer.ival)
        case "float":
            return node.float.fval
        case "boolean":
            return "true" if node.boolean.boolval else "false"
        case "a_const":
            return _constant(node.a_const)
        case kind:
            raise NotImplementedError(kind)


def _constant(constant: Message) -> str:
    match constant.WhichOneof("val"):
        case "sval":
            return constant.sval.sval
        case "ival":
            return str(constant.ival.ival)
        case "fval":
            return constant.fval.fval
        case kind:
            raise NotImplementedError(kind)


def is_on(nodes: Iterable[Message], wanted: str) -> bool:
    """Whether the last of these options of this name is on, as defGetBoolean reads it."""
    on = False
    for node in nodes:
        if node.def_elem.defname == wanted:
            value = node.def_elem.arg
            on = not kind_of(value) or scalar(value).lower() in ("true", "on", "1", "yes")
    return on


def setting(tree: Message) -> Setting:
    """VariableSetStmt, but SET TRANSACTION. PostgreSQL looks for a setting's name without minding its case."""
    kind = tree.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[tree.kind].name
    match kind:
        case "VAR_SET_VALUE":
            values = tuple(map(_setting_value, tree.args))
            # SET XML OPTION has its word in capitals in the tree, however it is written.
            return Setting(name=tree.name.lower(), values=(values[0].lower(),) if tree.name == "xmloption" else values)
        case "VAR_SET_CURRENT":
            return Setting(name=tree.name.lower(), values=("from current",))
        case "VAR_RESET_ALL":
            return Setting(name="all", values=None)
        case _:
            return Setting(name=tree.name.lower(), values=None)


def _setting_value(node: Message) -> Any:
    # SET TIME ZONE INTERVAL '1' HOUR is the one value that is no constant.
    return ANYTHING if kind_of(node) == "type_cast" else scalar(node)
