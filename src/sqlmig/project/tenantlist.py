"""A list of tenants to be made, from a CSV, JSON or YAML file; whatever is wrong in it is told at once, by line."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmig.errors import Place, Problem, ProjectError, UsageError


@dataclass(frozen=True, slots=True)
class ListRow:
    """One tenant as the list has it."""

    cells: Mapping[str, str]
    """By column; what is empty, or null, is left out."""
    place: Place


def read_tenant_list(file: Path) -> tuple[ListRow, ...]:
    """Reads a list; each tenant needs `slug`.

    Raises:
        UsageError: the file is not there, or its name says no format.
        ProjectError: with everything that is wrong in it.
    """
    readers = {".csv": _csv_rows, ".json": _json_rows, ".yaml": _yaml_rows, ".yml": _yaml_rows}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise UsageError(f"{file} is no list of tenants", next="give a file that ends with .csv, .json or .yaml")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file {file}", next="check its name and folder") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", next="check what it is, and its rights") from error
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8"
        raise ProjectError([Problem(message, Place(str(file)), "save the file as UTF-8")]) from error
    problems: list[Problem] = []
    rows: list[ListRow] = []
    for row in reader(text, file, problems):
        if "slug" in row.cells:
            rows.append(row)
        else:
            problems.append(Problem("the tenant has no slug", row.place, "give every tenant a `slug`"))
    if problems:
        raise ProjectError(problems)
    return tuple(rows)


def _csv_rows(text: str, file: Path, problems: list[Problem]) -> Iterator[ListRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        problems += _header_problems(header, file)
        if "slug" not in header:
            return
        line = reader.line_num + 1
        for cells in reader:
            place = Place(str(file), line)
            line = reader.line_num + 1
            if not cells:
                continue
            if len(cells) != len(header):
                message = f"{len(cells)} values, where the first line has {len(header)} columns"
                problems.append(Problem(message, place, "put a value with a comma into double quotes"))
                continue
            yield ListRow({name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}, place)
    except csv.Error as error:
        problems.append(Problem(f"no CSV: {error}", Place(str(file), reader.line_num), "correct the line"))


def _header_problems(header: list[str], file: Path) -> Iterator[Problem]:
    place = Place(str(file), 1)
    if "slug" not in header:
        yield Problem("the first line names no column `slug`", place, "begin with a line such as: slug,name,tier")
        return  # It may be no line of names at all.
    for name in dict.fromkeys(header):
        if not name.isidentifier():
            yield Problem(f"'{name}' is no column's name", place, "use letters, digits and _")
        elif header.count(name) > 1:
            yield Problem(f"the column {name} stands there twice", place, "take one of the two out")


def _json_rows(text: str, file: Path, problems: list[Problem]) -> Iterator[ListRow]:
    """Object by object, for only so the line of each is known."""
    doubled: list[str] = []

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        counted = Counter(name for name, _ in pairs)
        doubled.extend(name for name, count in counted.items() if count > 1)
        return dict(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=members)
    at = _behind_space(text, 0)
    if text[at : at + 1] != "[":
        problems.append(Problem("no list of tenants", Place(str(file), 1), 'write [{"slug": "acme"}, ...]'))
        return
    at = _behind_space(text, at + 1)
    more = text[at : at + 1] != "]"
    while more:
        place = Place(str(file), _line(text, at))
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            problems.append(Problem(f"no JSON: {error.msg}", Place(str(file), error.lineno, error.colno), "correct it"))
            return
        problems += [Problem(f"{name} stands there twice", place, "keep one of the two") for name in doubled]
        doubled.clear()
        if isinstance(value, dict):
            yield ListRow(dict(_plain_cells(value, place, problems)), place)
        else:
            problems.append(Problem("no tenant", place, 'write an object: {"slug": "acme"}'))
        at = _behind_space(text, at)
        if more := text[at : at + 1] == ",":
            at = _behind_space(text, at + 1)
    behind = _behind_space(text, at + 1)
    if text[at : at + 1] != "]":
        problems.append(Problem("no JSON: ',' or ']' is missing", Place(str(file), _line(text, at)), "correct it"))
    elif behind < len(text):
        problems.append(Problem("no JSON: the list has ended", Place(str(file), _line(text, behind)), "take this out"))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _behind_space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _yaml_rows(_text: str, file: Path, problems: list[Problem]) -> Iterator[ListRow]:
    from sqlmig.project.config.yamlfile import YamlList, YamlMap, YamlScalar, read_yaml  # others need no YAML

    found = read_yaml(file, str(file))
    if not isinstance(found, YamlList):
        problems.append(Problem("no list of tenants", found.place, "write one tenant a line: - {slug: acme}"))
        return
    for item in found.items:
        if not isinstance(item, YamlMap):
            problems.append(Problem("no tenant", item.place, "write a mapping: - {slug: acme}"))
            continue
        values: dict[str, object] = {}
        for name, entry in item.entries.items():
            if isinstance(entry.value, YamlScalar) and entry.value.doubt is not None:
                problems.append(Problem(f"{name} can be read in two ways", entry.value.place, entry.value.doubt))
            else:
                values[name] = entry.value.value if isinstance(entry.value, YamlScalar) else entry.value
        yield ListRow(dict(_plain_cells(values, item.place, problems)), item.place)


def _plain_cells(values: Mapping[str, object], place: Place, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not name.isidentifier():
            problems.append(Problem(f"'{name}' is no column's name", place, "use letters, digits and _"))
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif isinstance(value, str | int | float):
            yield name, str(value)
        elif value is not None:
            problems.append(Problem(f"{name} is no single value", place, "give a text, a number, true or false"))
