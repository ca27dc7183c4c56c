"""How one value of each kind is read from `sqlmig.yaml`: strictly, with advice where the intention is plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlmig.project.config.yamlfile import YamlList, YamlMap, YamlNode, YamlScalar
from sqlmig.project.durations import MAX_MILLISECONDS, milliseconds
from sqlmig.project.model import Scope
from sqlmig.project.names import MAX_NAME_BYTES, printable, quoted, shared_schema_name_problem
from sqlmig.project.nearest import nearest
from sqlmig.secret import Secret, mask_url

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Kind:
    """The kind of one value."""

    expects: str
    """To be put behind `must be`."""
    read: Callable[[YamlNode], Any]
    """Gives the value, or raises a `Misfit`, or an `ExceptionGroup` of them when it is a list."""
    knows_doubtful: bool = False
    """Whether it knows how `off` and `0042` are meant, which YAML reads in two ways."""


class Misfit(Exception):
    """A value is not of its key's kind.

    Args:
        node: the value, or the part of it that is to blame.
        what: what is wrong, to be put behind the key's name; None for `must be ..., not ...`.
        advice: what to write instead.
    """

    def __init__(self, node: YamlNode, what: str | None = None, advice: str | None = None) -> None:
        super().__init__(what)
        self.node = node
        self.what = what
        self.advice = advice


def shown(node: YamlNode) -> str:
    """A value for a message. What came from the environment is never shown: it may be a password."""
    if isinstance(node, YamlList):
        return "a list"
    if isinstance(node, YamlMap):
        return "a mapping"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return shown_text(node.value, node.variables) if isinstance(node.value, str) else f"the number {node.value}"


def shown_text(text: str, variables: Sequence[str]) -> str:
    """A text for a message, or the variable that gave it."""
    return f"${{{variables[0]}}}" if variables else quoted(_short(mask_url(text)))


def named(key: str) -> str:
    """A name that the file gives, for a message."""
    return f"'{printable(_short(mask_url(key)))}'"


def plain(node: YamlNode) -> object:
    """The value as Python has it: scalars, tuples and dictionaries."""
    if isinstance(node, YamlList):
        return tuple(plain(item) for item in node.items)
    if isinstance(node, YamlMap):
        return {name: plain(entry.value) for name, entry in node.entries.items()}
    return node.value


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _text(node: YamlNode) -> str:
    if not isinstance(node, YamlScalar):
        raise Misfit(node)
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        raise Misfit(node, advice=f"write '{node.value}', in quotes")
    if not isinstance(node.value, str):
        raise Misfit(node)
    if not node.value.strip():
        name = f": ${{{node.variables[0]}}} is set, but to nothing" if node.variables else ""
        raise Misfit(node, f"is empty{name}", "give it a value, or leave it out")
    return node.value


def _flag(node: YamlNode) -> bool:
    if isinstance(node, YamlScalar):
        if isinstance(node.value, bool):
            return node.value
        if node.variables and node.value in ("true", "false"):
            return node.value == "true"
        if isinstance(node.value, str) and not node.variables and node.value.lower() in ("true", "false"):
            raise Misfit(node, advice=f"write {node.value.lower()}, without quotes")
    raise Misfit(node)


def _number(node: YamlNode) -> int | None:
    """The whole number, also when it is the text of an environment variable, which can hold nothing else."""
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(node, YamlScalar) and isinstance(value, str) and _DIGITS.fullmatch(value):
        if node.variables:
            return int(value)
        raise Misfit(node, advice=f"write {int(value)}, without quotes")
    return None


def whole(low: int, high: int, advice: str | None = None) -> Kind:
    """A whole number in a range."""

    def read(node: YamlNode) -> int:
        number = _number(node)
        if number is None or not low <= number <= high:
            raise Misfit(node, advice=advice)
        return number

    return Kind(f"a whole number from {low} to {high}", read)


def _workers(node: YamlNode) -> int | str:
    if isinstance(node, YamlScalar) and node.value == "auto":
        return "auto"
    number = _number(node)
    if number is None or not 1 <= number <= MAX_WORKERS:
        raise Misfit(node)
    return number


def choice(*words: str) -> Kind:
    """One of a few words."""
    expects = f"{', '.join(words[:-1])} or {words[-1]}"

    def read(node: YamlNode) -> str:
        value = node.value if isinstance(node, YamlScalar) else None
        if not isinstance(value, str) or value not in words:
            near = nearest(value, words) if isinstance(value, str) and value else None
            raise Misfit(node, advice=f"did you mean '{near}'?" if near else None)
        return value

    return Kind(expects, read)


def list_of(expects: str, item: Callable[[YamlNode], Any]) -> Kind:
    """A list of values of one kind."""

    def read(node: YamlNode) -> tuple[Any, ...]:
        if not isinstance(node, YamlList):
            raise Misfit(node, advice="write it in brackets: [one, two]" if isinstance(node, YamlScalar) else None)
        return each(node.items, item)

    return Kind(f"a list of {expects}", read)


def each(items: Iterable[YamlNode], read: Callable[[YamlNode], _Value]) -> tuple[_Value, ...]:
    """What each item gives.

    Raises:
        ExceptionGroup: of every `Misfit` among them.
    """
    values: list[_Value] = []
    misfits: list[Misfit] = []

    def collect(item: YamlNode) -> None:
        try:
            values.append(read(item))
        except Misfit as misfit:
            misfits.append(misfit)

    for item in items:
        collect(item)
    if misfits:
        raise ExceptionGroup("items do not fit", misfits)
    return tuple(values)


def _label_name(node: YamlNode) -> str:
    name = _text(node)
    if not _LABEL_NAME.fullmatch(name):
        raise Misfit(node)
    return name


def _scope(node: YamlNode) -> Scope:
    return Scope(choice("shared", "tenant").read(node))


def _duration(node: YamlNode) -> str:
    if isinstance(node, YamlScalar) and not isinstance(node.value, bool):
        if node.value == 0:
            return "0"
        if isinstance(node.value, int) and node.value > 0:
            raise Misfit(node, advice=f"write the unit: {node.value}s or {node.value}ms")
        if isinstance(node.value, str):
            try:
                if milliseconds(node.value) <= MAX_MILLISECONDS:
                    return node.value
            except ValueError:
                raise Misfit(node) from None
            raise Misfit(node, "is longer than PostgreSQL can wait: 24 days", "write a shorter one, or 0 for no limit")
    raise Misfit(node)


def _limit(node: YamlNode) -> str:
    duration = _duration(node)
    if milliseconds(duration) == 0:
        advice = "write a limit such as 3s: whoever waits for a table lock blocks everybody behind it"
        raise Misfit(node, "may not be 0, which waits for ever", advice)
    return duration


def _schema(node: YamlNode) -> str:
    name = _text(node)
    if problem := shared_schema_name_problem(name):
        raise Misfit(node, f"is refused: {problem.replace(quoted(name), shown(node))}")
    return name


def _role(node: YamlNode) -> str:
    name = _text(node)
    if name == "none":
        # SET ROLE reads it so even in quotes.
        raise Misfit(node, "is none, which SET ROLE reads as no role at all", "leave it out")
    if "\0" in name or len(name.encode(errors="replace")) > MAX_NAME_BYTES:
        raise Misfit(node, f"is longer than a name may be, {MAX_NAME_BYTES} bytes")
    return name


def _schema_template(node: YamlNode) -> str:
    template = _text(node)
    if template.count("{slug}") != 1 or set("{}") & set(template.replace("{slug}", "")):
        raise Misfit(node)
    return template


def _path(node: YamlNode) -> str:
    path = _text(node)
    if path.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:", path):
        raise Misfit(node, advice="write it relative to the folder of this file")
    if ".." in re.split(r"[/\\]", path):
        raise Misfit(node, advice="move the folder below the one of this file")
    return path


def _database_url(node: YamlNode) -> Secret:
    url = _text(node)
    if url != "embedded" and not _URL.match(url):
        # What is wrong with it is not shown: it may be a password that slipped into the wrong variable.
        near = nearest(url, ["embedded"])
        if near is None and mask_url(url) == url and not (isinstance(node, YamlScalar) and node.variables):
            node = replace(node, place=replace(node.place, excerpt=None))
        raise Misfit(node, f"must be {DATABASE_URL.expects}", f"did you mean '{near}'?" if near else None)
    return Secret(url)


def _rows(node: YamlNode) -> tuple[Mapping[str, object], ...]:
    if not isinstance(node, YamlList):
        raise Misfit(node)
    rows = each(node.items, _row)
    refuse_alike(node.items)
    return rows


def _row(node: YamlNode) -> Mapping[str, object]:
    row = tenant_row(node, _ROW_ADVICE)
    missing = [column for column in TENANT_NAMES if column not in row]
    if missing:
        raise Misfit(node, f"has a tenant without {missing[0]}", _ROW_ADVICE)
    return row


def tenant_row(node: YamlNode, example: str) -> Mapping[str, object]:
    """A tenant's columns; its slug and its schema are texts, if they are there."""
    if not isinstance(node, YamlMap):
        raise Misfit(node, f"must hold mappings, not {shown(node)}", example)
    for column in TENANT_NAMES:
        value = node.entries[column].value if column in node.entries else None
        if value is not None and not (isinstance(value, YamlScalar) and isinstance(value.value, str) and value.value):
            raise Misfit(value, f"has a tenant whose {column} is {shown(value)}, which is no text", "put it in quotes")
    return {name: plain(entry.value) for name, entry in node.entries.items()}


def refuse_alike(rows: Iterable[YamlNode]) -> None:
    """Refuses two tenants with one slug or one schema."""
    for column in TENANT_NAMES:
        first: dict[object, YamlNode] = {}
        for row in rows:
            if isinstance(row, YamlMap) and column in row.entries:
                value = row.entries[column].value
                other = first.setdefault(plain(value), value)
                if other is not value:
                    what = f"has two tenants with the {column} {shown(value)}: the first is on line {other.place.line}"
                    raise Misfit(value, what, f"give each its own {column}")


MAX_SHOWN = 60
MAX_WORKERS = 256
TENANT_NAMES = ("slug", "schema")
"""The columns that name a tenant: no two tenants have the same."""

_ROW_ADVICE = "write {slug: acme, schema: tenant_acme}"
_LABEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_DIGITS = re.compile(r"[-+]?[0-9]{1,9}")
_URL = re.compile(r"postgres(?:ql)?://|\s*[a-z_]+\s*=", re.IGNORECASE)

TEXT = Kind("a text", _text)
FLAG = Kind("true or false", _flag)
LABEL_NAME = Kind("letters, digits, _, - and dots, and begin with a letter", _label_name)
DURATION = Kind("a duration such as 500ms, 3s, 2min or 1h, or 0 for no limit", _duration)
LIMIT = Kind("a duration such as 500ms, 3s, 2min or 1h", _limit)
SCHEMA = Kind("the name of a schema", _schema)
SCHEMAS = list_of("schema names", _schema)
ROLE = Kind("the name of a role", _role)
SCHEMA_TEMPLATE = Kind("a text with {slug} in it once, such as tenant_{slug}", _schema_template)
SCOPE = Kind("shared or tenant", _scope)
PATH = Kind("a folder inside the project", _path)
WORKERS = Kind(f"a whole number from 1 to {MAX_WORKERS}, or auto", _workers)
ROWS = Kind("a list of tenants such as {slug: acme, schema: tenant_acme}", _rows)
DATABASE_URL = Kind(
    "embedded, a URL such as postgresql://user@host/database, or libpq's key=value pairs", _database_url
)
