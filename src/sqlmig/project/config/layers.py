"""The values in force: an environment laid over the top level, the variables filled in, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sqlmig.errors import Place, Problem
from sqlmig.project.config.document import read_value
from sqlmig.project.config.expand import fill, placeholder_problems, variable_problems, variables
from sqlmig.project.config.keys import Definition, Listed, Map, Needed, Section, Table, definitions, spread
from sqlmig.project.config.kinds import Kind, plain
from sqlmig.project.config.origin import Origin, Source, Unset
from sqlmig.project.config.yamlfile import YamlEntry, YamlList, YamlMap, YamlNode


@dataclass(frozen=True, slots=True)
class Layer:
    """The part of a file that one environment says, or the top level."""

    entries: Mapping[str, YamlEntry]
    environment: str | None = None


Found: TypeAlias = tuple[Layer, YamlEntry]


@dataclass(slots=True)
class Layers:
    """Reads layers, the strongest first, and keeps what it learns on the way."""

    environ: Mapping[str, str]
    overrides: Mapping[str, tuple[Any, Source]]
    """Values from outside the file, by dotted key; what the file says there is not even looked at."""
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    """Where each key, section, entry and list item stands, by dotted key; items are numbered from 0."""

    def section(self, of: type, layers: Sequence[Layer], path: str = "", one_of: Sequence[str] = ()) -> dict[str, Any]:
        """The fields of a value class; a field that is missing or wrong is a problem, and None."""
        layers = alternatives(layers, one_of)
        named = [name for name in one_of if _found(layers, name)]
        if one_of and len(named) != 1:
            has = f"it has {' and '.join(named)}" if named else "it has none of them"
            what = f"{path} must have exactly one of {', '.join(one_of)}: {has}"
            self.problems.append(Problem(what, self.places.get(path)))
        return {d.field.name: self._value(d, layers, f"{path}.{d.name}" if path else d.name) for d in definitions(of)}

    def _value(self, definition: Definition, layers: Sequence[Layer], path: str) -> Any:
        found = _found(layers, definition.name)
        if found:
            self.places[path] = found[0][1].place
        shape = definition.key.shape
        if isinstance(shape, Kind):
            return self._leaf(definition, shape, found, path)
        if isinstance(shape, Listed):
            return self._listed(definition, shape, found, path)
        if isinstance(shape, Section):
            inner = _inner([(layer, replace(entry, value=spread(shape, entry.value))) for layer, entry in found])
            if not inner and definition.optional:
                return None
            return shape.of(**self.section(shape.of, inner, path, shape.one_of))
        inner = _inner(found)
        if isinstance(shape, Table):
            return self._table(shape, inner, path)
        return self._map(shape, inner, path) if isinstance(shape, Map) else self._free(inner, path)

    def _table(self, shape: Table, layers: Sequence[Layer], path: str) -> tuple[Any, ...]:
        rows = []
        for name in _names(layers):
            found = _found(layers, name)
            self.places[f"{path}.{name}"] = found[0][1].place
            rows.append(shape.of(name=name, **self.section(shape.of, _inner(found), f"{path}.{name}")))
        return tuple(rows)

    def _listed(self, definition: Definition, shape: Listed, found: Sequence[Found], path: str) -> Any:
        """The items of the strongest layer alone: lists are replaced whole."""
        layer, entry = found[0] if found else (Layer({}), None)
        if entry is None or not isinstance(entry.value, YamlList):
            self.sources[path] = Source(Origin.DEFAULT)
            return definition.default()
        self.sources[path] = Source(_origin(layer), layer.environment, entry.value.place)
        items = []
        for number, item in enumerate(entry.value.items):
            key = f"{path}.{number}"
            self.places[key] = item.place
            if isinstance(item, YamlMap):
                items.append(shape.of(**self.section(shape.of, [Layer(item.entries, layer.environment)], key)))
            elif shape.short is not None:
                items.append(self._read(shape.short, layer, YamlEntry(str(number), item.place, item), key))
        return tuple(items)

    def _free(self, layers: Sequence[Layer], path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in _names(layers):
            found = _found(layers, name)
            inner = _inner(found)
            layer, strongest = found[0]
            if isinstance(strongest.value, YamlMap) and any(one.entries for one in inner):
                values[name] = self._free(inner, f"{path}.{name}")
            elif (node := self._filled(strongest.value, layer, f"{path}.{name}")) is not None:
                values[name] = plain(node)
        return values

    def _map(self, shape: Map, layers: Sequence[Layer], path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in _names(layers):
            found, key = _found(layers, name), f"{path}.{name}"
            if isinstance(shape.of, Map):
                values[name] = self._map(shape.of, _inner(found), key)
                continue
            layer, entry = found[0]
            values[name] = self._read(shape.of, layer, entry, key)
            if source := self.sources.get(key):
                # Messages about an entry point at its name: only whoever knows the names can say that one is wrong.
                self.sources[key] = replace(source, place=entry.place)
        return values

    def _leaf(self, definition: Definition, kind: Kind, found: Sequence[Found], path: str) -> Any:
        if path in self.overrides:
            value, self.sources[path] = self.overrides[path]
            return value
        if not found:
            self.sources[path] = Source(Origin.DEFAULT)
            if definition.required:
                section, _, name = path.rpartition(".")
                advice = f"add {name}: {kind.expects}"
                self.problems.append(Problem(f"{section} needs {name}", self.places.get(section), advice))
                return None
            return definition.default()
        if definition.key.variables is Needed.WHEN_USED:
            return self._read_for_later(kind, *found[0], path)
        return self._read(kind, *found[0], path)

    def _read_for_later(self, kind: Kind, layer: Layer, entry: YamlEntry, path: str) -> Any:
        known = len(self.problems)
        value = self._read(kind, layer, entry, path)
        if len(self.problems) == known:
            return value
        unset = Unset(tuple(self.problems[known:]))
        del self.problems[known:]
        return unset

    def _read(self, kind: Kind, layer: Layer, entry: YamlEntry, path: str) -> Any:
        node = self._filled(entry.value, layer, path)
        # What the file itself says was judged with the whole document, by its full name there.
        known: list[Problem] = []
        return (
            None if node is None else read_value(kind, node, path, self.problems if variables(entry.value) else known)
        )

    def _filled(self, node: YamlNode, layer: Layer, path: str) -> YamlNode | None:
        if placeholder_problems(node):
            return None
        self.sources[path] = Source(_origin(layer), layer.environment, node.place, variables(node))
        if problems := variable_problems(node, self.environ):
            self.problems += problems
            return None
        if isinstance(node, YamlList):
            self.places |= {f"{path}.{number}": item.place for number, item in enumerate(node.items)}
        if isinstance(node, YamlMap):
            self.places |= {f"{path}.{name}": one.place for name, one in node.entries.items()}
        return fill(node, self.environ)


def alternatives(layers: Sequence[Layer], one_of: Sequence[str]) -> Sequence[Layer]:
    """The layers, with those alternatives gone that a stronger layer replaces by another."""
    strongest = next((layer for layer in layers if any(name in layer.entries for name in one_of)), None)
    if strongest is None:
        return layers
    return [layer if layer is strongest else without(layer, one_of) for layer in layers]


def without(layer: Layer, names: Sequence[str]) -> Layer:
    """The layer, without what it says of some keys."""
    return replace(layer, entries={name: entry for name, entry in layer.entries.items() if name not in names})


def _origin(layer: Layer) -> Origin:
    return Origin.ENVIRONMENT if layer.environment else Origin.FILE


def _names(layers: Sequence[Layer]) -> list[str]:
    """The names of all layers: those of the top level first, in the order of the file."""
    return list(dict.fromkeys(name for layer in reversed(layers) for name in layer.entries))


def _found(layers: Sequence[Layer], name: str) -> list[Found]:
    """What the layers say of a key, the strongest first."""
    return [(layer, layer.entries[name]) for layer in layers if name in layer.entries]


def _inner(found: Sequence[Found]) -> list[Layer]:
    """The layers one level down."""
    return [Layer(entry.value.entries, layer.environment) for layer, entry in found if isinstance(entry.value, YamlMap)]
