"""YAML with positions: the only place that parses it.

What YAML 1.1 and 1.2 read differently (`no`, `010`, `1:30`) is kept as it is written, with its doubt: only where a key
gives it a meaning is it accepted, because a country code that turns into `false` ends up in somebody's SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

import yaml

from sqlmig.errors import ConfigError, Place, Problem
from sqlmig.secret import mask_url

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_EXCERPT = 300
MAX_VALUES = 500_000
"""How many values a file may come to once its aliases are followed."""


@dataclass(frozen=True, slots=True, eq=False)
class YamlScalar:
    """One value: a text, a whole number, a number, true, false or nothing."""

    value: str | int | float | bool | None
    place: Place
    variables: tuple[str, ...] = ()
    """The environment variables whose values went into this one."""
    doubt: str | None = None
    """What to write instead when this can be read in two ways; `value` is then the text as it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class YamlList:
    """A list, in the order of the file."""

    items: tuple[YamlNode, ...] = field(repr=False)
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class YamlEntry:
    """A key with its value."""

    key: str
    place: Place
    """Where the key stands; the value knows its own place."""
    value: YamlNode


@dataclass(frozen=True, slots=True, eq=False)
class YamlMap:
    """A mapping from texts, in the order of the file."""

    entries: Mapping[str, YamlEntry] = field(repr=False)
    place: Place


YamlNode: TypeAlias = YamlScalar | YamlList | YamlMap


def read_yaml(file: Path, shown: str) -> YamlNode:
    """Read a YAML file.

    Args:
        file: the file to read.
        shown: its name in messages.

    Raises:
        ConfigError: it cannot be read, is not UTF-8, or is not YAML that means one thing.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise _error(f"there is no file {file}", None, "name an existing one, or run `sqlmig init`") from None
    except OSError as exc:
        raise _error(f"{file} cannot be read: {(exc.strerror or str(exc)).lower()}", None) from exc
    if len(content) > MAX_BYTES:
        raise _error(
            "is larger than 1 MiB", Place(shown), "keep long lists of tenants in a table, and use tenants.query"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        place = Place(shown, line)
        raise _error(f"byte 0x{content[exc.start]:02x} is not UTF-8", place, "save the file as UTF-8") from None
    return parse_yaml(text, shown)


def parse_yaml(text: str, file: str) -> YamlNode:
    """The value of a YAML text; an empty one is an empty value.

    Raises:
        ConfigError: with everything in it that is not YAML with one meaning.
    """
    return _Reading(file, text).read()


def walk(node: YamlNode) -> Iterator[YamlNode]:
    """The node and all below it, aliases followed."""
    yield node
    if isinstance(node, YamlList):
        for item in node.items:
            yield from walk(item)
    elif isinstance(node, YamlMap):
        for entry in node.entries.values():
            yield from walk(entry.value)


def doubts(node: YamlNode) -> list[Problem]:
    """Everything in a value that can be read in two ways."""
    return [
        Problem("this can be read in two ways", one.place, f"write {one.doubt}, or put the text in quotes")
        for one in walk(node)
        if isinstance(one, YamlScalar) and one.doubt is not None
    ]


class _Loader(yaml.SafeLoader):
    """Composes nodes, and gives up before a deeply nested text exhausts the stack."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Extent(NamedTuple):
    """How large a node is once its aliases are followed."""

    values: int
    depth: int


class _Reading:
    """One reading of one text: what is built already, and what was found wrong."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = _LINE_END.split(text)
        self.problems: list[Problem] = []
        # An anchored node is converted once, however many aliases name it: a bomb costs what its text costs.
        self.done: dict[int, YamlNode] = {}
        self.extents: dict[int, _Extent] = {}
        self.open: set[int] = set()

    def read(self) -> YamlNode:
        try:
            node = _Loader(self.text).get_single_node()
        except yaml.reader.ReaderError as exc:
            place, character = self.place_at(exc.position), int(exc.character)
            raise _error(f"the character U+{character:04X} may not stand in YAML", place, "remove it") from None
        except yaml.MarkedYAMLError as exc:
            raise self.plain_words(exc) from None
        if node is None:
            return YamlScalar(None, Place(self.file, 1))
        value = self.convert(node)
        extent = self.extents[id(node)]
        if extent.values > MAX_VALUES or extent.depth > MAX_DEPTH:
            what = f"aliases make this more than {MAX_VALUES:,} values, or more than {MAX_DEPTH} levels deep"
            self.wrong(what, value.place, "write fewer aliases of aliases")
        if self.problems:
            raise ConfigError(self.problems)
        return value

    def convert(self, node: yaml.Node) -> YamlNode:
        if id(node) in self.done:
            return self.done[id(node)]
        place = self.place(node.start_mark)
        if id(node) in self.open:
            self.wrong("an alias may not stand inside what it names", place)
            return YamlScalar(None, place)
        self.open.add(id(node))
        value = self.convert_content(node, place)
        self.open.discard(id(node))
        self.done[id(node)] = value
        below = [self.extents.get(id(child), _Extent(1, 1)) for child in _children(node)]
        self.extents[id(node)] = _Extent(1 + sum(e.values for e in below), 1 + max((e.depth for e in below), default=0))
        return value

    def convert_content(self, node: yaml.Node, place: Place) -> YamlNode:
        if isinstance(node, yaml.MappingNode):
            return self.convert_mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return YamlList(tuple(self.convert(item) for item in node.value), place)
        return self.convert_scalar(node, place)

    def convert_mapping(self, node: yaml.MappingNode, place: Place) -> YamlMap:
        entries: dict[str, YamlEntry] = {}
        merged: dict[str, YamlEntry] = {}
        for key_node, value_node in node.value:
            key_place = self.place(key_node.start_mark)
            if key_node.tag == f"{_TAG}merge":
                merged = self.merge(self.convert(value_node)) | merged
                continue
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != f"{_TAG}str":
                self.wrong("a key must be a text, and this is none", key_place, "write the key in quotes")
                continue
            key = self.convert_scalar(key_node, key_place).value
            entry = YamlEntry(str(key), key_place, self.convert(value_node))
            first = entries.setdefault(entry.key, entry)
            if first is not entry:
                self.wrong(f"this key is here already, on line {first.place.line}", key_place, "keep one of the two")
        return YamlMap(merged | entries, place)

    def merge(self, node: YamlNode) -> dict[str, YamlEntry]:
        """What `<<` brings in: of several mappings the first one counts."""
        maps = node.items if isinstance(node, YamlList) else (node,)
        merged: dict[str, YamlEntry] = {}
        for one in maps:
            if isinstance(one, YamlMap):
                merged = dict(one.entries) | merged
            else:
                self.wrong("`<<` takes a mapping, or a list of them", one.place)
        return merged

    def convert_scalar(self, node: yaml.Node, place: Place) -> YamlScalar:
        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "null":
            return YamlScalar(None, place)
        if kind == "bool" and text.lower() in ("true", "false"):
            return YamlScalar(text.lower() == "true", place)
        if kind == "int" and _WHOLE_NUMBER.fullmatch(text):
            return YamlScalar(int(text), place)
        if kind == "float" and _NUMBER.fullmatch(text):
            return YamlScalar(float(text), place)
        if kind in ("bool", "int", "float"):
            return YamlScalar(text, place, doubt="true or false" if kind == "bool" else "a plain decimal number")
        if kind not in ("str", "timestamp", "value", "merge"):
            self.wrong(f"the tag {node.tag.replace(_TAG, '!!')} is not known here", place, "remove the tag")
        elif (character := unfit_character(text)) is not None:
            self.wrong(f"PostgreSQL cannot store the character U+{ord(character):04X}", place, "remove it")
        return YamlScalar(text, place)

    def plain_words(self, exc: yaml.MarkedYAMLError) -> ConfigError:
        problem, context = exc.problem or "", exc.context or ""
        mark, opened = exc.problem_mark or exc.context_mark, exc.context_mark or exc.problem_mark
        for pattern, message, advice, at_start in _PLAIN_WORDS:
            if match := re.search(pattern, f"{context} | {problem}"):
                place = self.place(opened if at_start else mark)
                return _error(match.expand(message), place, advice)
        said = problem.replace(r"'\x00'", "the end of the file")
        return _error(f"this is not YAML: {said}", self.place(mark))

    def wrong(self, message: str, place: Place, advice: str | None = None) -> None:
        self.problems.append(Problem(message, place, advice))

    def place_at(self, index: int) -> Place:
        before = _LINE_END.split(self.text[:index])
        return self.at(len(before), len(before[-1]) + 1)

    def place(self, mark: yaml.Mark | None) -> Place:
        return Place(self.file) if mark is None else self.at(mark.line + 1, mark.column + 1)

    def at(self, line: int, column: int) -> Place:
        excerpt = self.lines[line - 1] if line <= len(self.lines) else ""
        before = excerpt[: column - 1]
        # A password may stand in the line. Where hiding it moves the column, the caret would point at the wrong word.
        if not excerpt.strip() or len(excerpt) > MAX_EXCERPT or mask_url(before) != before:
            return Place(self.file, line, column)
        printable = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in excerpt)
        return Place(self.file, line, column, mask_url(printable))


def unfit_character(text: str) -> str | None:
    """The first character that PostgreSQL cannot store in a text: NUL, or half of a surrogate pair."""
    match = _UNFIT.search(text)
    return match[0] if match else None


_TAG = "tag:yaml.org,2002:"
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?\.[0-9]*(?:[eE][-+]?[0-9]{1,2})?")

_CHECK_COLONS = "check the indentation, a colon missing above, and quotes around a text with ': ' in it"
_PLAIN_WORDS = (
    # (what PyYAML says, what sqlmig says, what to do, whether the place is where the thing began)
    (r"nested too deeply", f"this is nested more than {MAX_DEPTH} levels deep", "write it flatter", False),
    (r"character '\\t'", "a tab may not indent YAML", "indent with spaces", False),
    (r"cannot start any token", "a plain text may not begin with this character", "put the text in quotes", False),
    (r"mapping values are not allowed", "no `key: value` can begin here", _CHECK_COLONS, False),
    (r"sequence entries are not allowed", "no `- item` can begin here", "begin the list on a line of its own", False),
    (r"expected the node content", "a value is missing before this character", "write one, or remove it", False),
    (r"unknown escape character", "there is no such escape", "write \\\\ for a backslash, or use single quotes", False),
    (r"could not find expected ':'", "this is neither `key: value` nor `- item`", "add a colon and a space", True),
    (r"scanning a quoted scalar", "this quote is never closed", "close it", True),
    (r"parsing a flow sequence", "this list is never closed, or lacks a comma", "write [one, two]", True),
    (r"parsing a flow mapping", "this mapping is never closed, or lacks a comma", "write {one: 1, two: 2}", True),
    (r"expected <block end>", "this line does not belong to those above it", "check indentation and quotes", False),
    (r"undefined alias '(.*)'", r"nothing above this alias is called &\1", "quote a text that begins with *", False),
    (r"scanning an? (?:alias|anchor)", "an alias or anchor needs a name", "quote a text that begins with * or &", True),
    (r"duplicate anchor", "this anchor is defined twice", "give it another name", False),
    (r"expected a single document", "a second document begins here", "keep one document in the file", False),
)  # fmt: skip


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from child if isinstance(child, tuple) else (child,)


def _error(message: str, place: Place | None, advice: str | None = None) -> ConfigError:
    return ConfigError([Problem(message, place, advice)])
