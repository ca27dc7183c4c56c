"""Checks a whole `sqlmig.yaml` against the definition of its keys, the environments that are not in force included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmig.errors import Problem
from sqlmig.project.config.expand import fill, placeholder_problems, variables
from sqlmig.project.config.keys import Free, Key, Listed, Map, Section, Shape, Table, Where, definitions, spread
from sqlmig.project.config.kinds import Kind, Misfit, named, shown
from sqlmig.project.config.values import DATABASE_KEYS, ENVIRONMENTS, FILE_KEYS, Config
from sqlmig.project.config.yamlfile import YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar, doubts
from sqlmig.project.nearest import did_you_mean


def document_problems(root: YamlMap) -> Iterator[Problem]:
    """Everything in the file that no environment and no variable could make right."""
    yield from _section_problems(top_level_keys(), root, "")
    yield from _database_problems(root, "")
    environments = root.entries.get(ENVIRONMENTS)
    if environments is not None and isinstance(environments.value, YamlMap):
        for name, entry in environments.value.entries.items():
            yield from _database_problems(entry.value, _join(ENVIRONMENTS, name))


def top_level_keys() -> dict[str, Key]:
    """The keys that may stand at the top level, in the order of the documentation."""
    keys = {d.name: d.key for d in definitions(Config) if d.key.where is not Where.ENVIRONMENT}
    return keys | FILE_KEYS


def read_value(kind: Kind, node: YamlNode, path: str, problems: list[Problem]) -> Any:
    """The value of a key; None when it is not of the key's kind, and then `problems` say why."""
    try:
        return kind.read(node)
    except Misfit as misfit:
        problems.append(_misfit_problem(kind, misfit, path))
    except ExceptionGroup as group:
        problems += [_misfit_problem(kind, one, path) for one in group.exceptions if isinstance(one, Misfit)]
    return None


def is_empty(node: YamlNode) -> bool:
    """Whether nothing stands behind the key: all lines of a section may be commented out."""
    return isinstance(node, YamlScalar) and node.value is None


def _section_problems(keys: Mapping[str, Key], node: YamlNode, path: str) -> Iterator[Problem]:
    if is_empty(node):
        return
    if not isinstance(node, YamlMap):
        yield Problem(f"{path} must be a mapping of keys to values, not {shown(node)}", node.place)
        return
    for entry in node.entries.values():
        key = keys.get(entry.key)
        if key is None:
            yield _unknown(keys, entry, path)
        else:
            yield from _shape_problems(key.shape, entry.value, _join(path, entry.key))


def _shape_problems(shape: Shape, node: YamlNode, path: str) -> Iterator[Problem]:
    if isinstance(shape, Section):
        yield from _section_problems(_keys(shape.of), spread(shape, node), path)
    elif isinstance(shape, Kind):
        yield from _kind_problems(shape, node, path)
    elif isinstance(shape, Listed):
        yield from _listed_problems(shape, node, path)
    elif isinstance(node, YamlMap):
        problems = _map_problems(shape, node, path) if isinstance(shape, Map) else _named_problems(shape, node, path)
        yield from problems
    elif not is_empty(node):
        yield Problem(f"{path} must be {shape.expects}, not {shown(node)}", node.place)


def _kind_problems(kind: Kind, node: YamlNode, path: str) -> list[Problem]:
    problems = placeholder_problems(node) if kind.knows_doubtful else [*doubts(node), *placeholder_problems(node)]
    if not problems and not variables(node):
        read_value(kind, fill(node, {}), path, problems)
    return problems


def _database_problems(node: YamlNode, path: str) -> Iterator[Problem]:
    several = node.entries.get("databases") if isinstance(node, YamlMap) else None
    if several is None or not isinstance(node, YamlMap):
        return
    if all(name in node.entries for name in DATABASE_KEYS):
        what = f"{path or 'the top level'} has both database_url and databases, which exclude each other"
        yield Problem(what, several.place, "write databases: for several databases, and database_url: for one")
    if is_empty(several.value) or (isinstance(several.value, YamlMap) and not several.value.entries):
        # It would not mean nothing: libpq's own variables would name some database.
        yield Problem(f"{_join(path, 'databases')} names no database", several.place, "name one, or leave the key out")


def _listed_problems(shape: Listed, node: YamlNode, path: str) -> Iterator[Problem]:
    if isinstance(node, YamlList):
        for number, item in enumerate(node.items):
            if isinstance(item, YamlMap) or shape.short is None:
                yield from _section_problems(_keys(shape.of), item, _join(path, str(number)))
            else:
                yield from _kind_problems(shape.short, item, _join(path, str(number)))
    elif not is_empty(node):
        yield Problem(f"{path} must be {shape.expects}, not {shown(node)}", node.place, "write each behind a dash")


def _misfit_problem(kind: Kind, misfit: Misfit, path: str) -> Problem:
    if misfit.what is None and is_empty(misfit.node):
        return Problem(f"{path} has no value", misfit.node.place, "give it a value, or leave it out")
    what = misfit.what or f"must be {kind.expects}, not {shown(misfit.node)}"
    return Problem(f"{path} {what}", misfit.node.place, misfit.advice)


def _map_problems(shape: Map, node: YamlMap, path: str) -> Iterator[Problem]:
    for entry in node.entries.values():
        try:
            shape.names.read(YamlScalar(entry.key, entry.place))
        except Misfit as misfit:
            what = f"{path}: a name must be {shape.names.expects}, and {named(entry.key)} is not"
            yield Problem(what, entry.place, misfit.advice)
        else:
            yield from _shape_problems(shape.of, entry.value, _join(path, entry.key))


def _named_problems(shape: Table | Free, node: YamlMap, path: str) -> Iterator[Problem]:
    for entry in node.entries.values():
        if not shape.names.fullmatch(entry.key):
            yield Problem(f"{path}: a name must be {shape.name_rule}, and {named(entry.key)} is not", entry.place)
        elif isinstance(shape, Table):
            yield from _section_problems(_keys(shape.of), entry.value, _join(path, entry.key))
        else:
            yield from doubts(entry.value)
            yield from placeholder_problems(entry.value)


def _unknown(keys: Mapping[str, Key], entry: YamlEntry, path: str) -> Problem:
    where = f" in {path}" if path else ""
    if home := _home(entry.key):
        return Problem(
            f"{named(entry.key)} may not stand {'in ' + path if path else 'at the top level'}", entry.place, home
        )
    return Problem(f"unknown key {named(entry.key)}{where}", entry.place, did_you_mean(entry.key, keys))


def _home(name: str) -> str | None:
    """Where a key belongs that stands in the wrong place."""
    if name in FILE_KEYS:
        return "move it to the top level"
    for definition in definitions(Config):
        key = definition.key
        if definition.name == name:
            return "move it into an environment" if key.where is Where.ENVIRONMENT else "move it to the top level"
        if isinstance(key.shape, Section) and name in _keys(key.shape.of):
            return f"move it into {definition.name}"
    return None


def _keys(of: type) -> dict[str, Key]:
    return {d.name: d.key for d in definitions(of)}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
