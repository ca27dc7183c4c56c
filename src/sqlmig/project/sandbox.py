"""Jinja2 as templates get it: sandboxed, bounded, and the same every time; names that are not there are explained.

The bounds are there for mistakes: a loop that never ends, a text that grows without limit. They count and look at no
clock, so that they stop the same template everywhere.
"""

from __future__ import annotations

import datetime
import math
import re
import uuid
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from sqlmig.project.model import Script
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.rows import Row
from sqlmig.sql.identifiers import quote_ident, quote_literal

MAX_TURNS = 250_000
"""Loop turns and macro calls that one rendering may take."""
MAX_CHARACTERS = 64 * 1024 * 1024
"""The longest text that one rendering, or one multiplication, may give."""


class NotInScope(jinja2.UndefinedError):
    """A name that means nothing where it is used."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without clock, chance, environment or files other than macros, and with bounded loops."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, macros: Mapping[str, str], shown: Mapping[str, str]) -> None:
        """Takes the macro files that can be imported.

        Args:
            macros: their texts, by import name.
            shown: how messages call them, by import name.
        """
        super().__init__(
            loader=jinja2.FunctionLoader(lambda name: (macros[name], shown[name], None) if name in macros else None),
            undefined=_Undefined,
            keep_trailing_newline=True,
            autoescape=False,
            finalize=_printable,
            auto_reload=False,
            cache_size=-1,
        )
        self._turns = 0
        self._compiled: dict[tuple[str, str], jinja2.Template] = {}
        self.globals = {"range": self.globals["range"], "dict": dict, "_turn": self._turn, "_printable": _printable}
        del self.filters["random"], self.filters["pprint"]
        self.filters.update(ident=_ident, literal=_literal, format=_format)

    def start(self, script: Script) -> jinja2.Template:
        """Begins a rendering: the script's compiled template, loop turns counted from 0."""
        self._turns = 0
        key = (script.path, script.checksum)
        if key not in self._compiled:
            code = self.compile(script.text, name=script.path, filename=script.path)
            namespace: MutableMapping[str, object] = self.make_globals(None)
            self._compiled[key] = self.template_class.from_code(self, code, namespace)
        return self._compiled[key]

    def getattr(self, obj: object, attribute: str) -> object:
        """`tenant.NAME` is a column and nothing else."""
        if isinstance(obj, Row):
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> object:
        """Refuses what would not fit into memory."""
        if operator == "**" and not (isinstance(right, int) and abs(right) <= 64):
            raise SecurityError("an exponent above 64")
        if operator == "*" and _length(left, right) > MAX_CHARACTERS:
            raise SecurityError(f"a value of more than {MAX_CHARACTERS} characters")
        if operator == "%" and isinstance(left, str):
            _refuse_wide(left)
        return super().call_binop(context, operator, left, right)

    def _turn(self) -> str:
        self._turns += 1
        if self._turns > MAX_TURNS:
            raise SecurityError(f"it took more than {MAX_TURNS} loop turns and macro calls")
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
            if isinstance(node, nodes.For | nodes.Macro | nodes.CallBlock):
                node.body.insert(0, nodes.ExprStmt(_call("_turn")).set_lineno(node.lineno))
        for concat in tree.find_all(nodes.Concat):
            # What `~` joins is printed in the end, and is held to the same rule.
            concat.nodes = [_call("_printable", node) for node in concat.nodes]
        tree.set_environment(self)
        return tree


class _Undefined(jinja2.StrictUndefined):
    """Names what is not there, and what is."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        alone = hint is None and obj is missing and exc is jinja2.UndefinedError
        super().__init__(hint, obj, name, NotInScope if alone else exc)

    @property
    def _undefined_message(self) -> str:
        name, owner = str(self._undefined_name), self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if owner is missing:
            return f"'{name}' is not defined"
        if isinstance(owner, Row):
            return f"{owner.owner} '{name}'; {did_you_mean(name, owner)}"
        if isinstance(owner, TemplateModule):
            exported = [word for word in vars(owner) if not word.startswith("_")]
            return f"'{owner.__name__}' has no macro '{name}'; {did_you_mean(name, exported)}"
        if isinstance(owner, Mapping):
            return f"'{name}' is not defined there; {did_you_mean(name, map(str, owner))}"
        return f"a {type(owner).__name__} has no '{name}'"


def _call(name: str, *arguments: nodes.Expr) -> nodes.Call:
    call = nodes.Call(nodes.Name(name, "load"), list(arguments), [], None, None)
    if arguments:
        call.set_lineno(arguments[0].lineno)
    return call


def _printable(value: object) -> object:
    """Refuses to print what SQL would misread: None as the word None, a list, a macro that was not called."""
    if isinstance(value, str | int | float | Decimal | uuid.UUID | datetime.date | datetime.datetime):
        return value
    if isinstance(value, jinja2.Undefined):
        return str(value)
    if value is None:
        raise TypeError("a NULL is printed; pipe it through | literal, or give a | default('...', true)")
    kind = "a macro that is not called" if isinstance(value, jinja2.runtime.Macro) else f"a {type(value).__name__}"
    raise TypeError(f"{kind} is printed; print text or a number")


def _ident(value: object) -> str:
    if isinstance(value, jinja2.Undefined):
        return str(value)
    if not isinstance(value, str) or not value or "\x00" in value:
        raise TypeError(f"| ident needs a name, not {value!r}")
    return quote_ident(value)


def _literal(value: object) -> str:
    if isinstance(value, jinja2.Undefined):
        return str(value)
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return _number(value)
        case str() | uuid.UUID() | datetime.date() | datetime.datetime() | datetime.time():
            return quote_literal(str(value))
    raise TypeError(f"| literal cannot write a {type(value).__name__} as SQL")


def _number(value: float | Decimal) -> str:
    if not math.isfinite(value):
        return quote_literal(str(value))
    # A minus sign behind another one would begin a comment.
    return f" {value}" if value < 0 else str(value)


def _format(template: object, *values: object, **named: object) -> str:
    """The filter `format`, within the bounds of the operator `%`."""
    text = str(template)
    _refuse_wide(text)
    return text % (named or values)


def _refuse_wide(template: str) -> None:
    if re.search(r"%[^%a-zA-Z]*(?:\d{5}|\*)", template):
        raise SecurityError("a padding of more than 9999 characters")


def _length(left: object, right: object) -> int:
    text, count = (left, right) if isinstance(right, int) else (right, left)
    return len(text) * count if isinstance(text, str | list | tuple) and isinstance(count, int) else 0
