"""What a key of `sqlmig.yaml` is. The keys themselves stand on the value classes in `values`."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints

from sqlmig.project.config.kinds import Kind
from sqlmig.project.config.yamlfile import YamlEntry, YamlMap, YamlNode, YamlScalar

if TYPE_CHECKING:
    import re


class Where(Enum):
    """Where in the file a key may stand."""

    ANYWHERE = "anywhere"
    """At the top level, and in an environment that overrides it."""
    TOP_LEVEL = "top level only"
    ENVIRONMENT = "environments only"


class Needed(Enum):
    """When the process variables that a value names must be set."""

    ALWAYS = "always"
    WHEN_USED = "when it is used"
    """A value that cannot be had is `Unset`, and no problem before somebody needs it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Section:
    """A mapping whose keys are the fields of a value class."""

    of: type
    one_of: tuple[str, ...] = ()
    """Keys of which exactly one must be there; one in an environment replaces another above."""
    short: str | None = None
    """The key that a plain value in place of the mapping is meant for."""
    expects: str = "a mapping of keys to values"


def spread(shape: Section, node: YamlNode) -> YamlNode:
    """The mapping that a plain value in place of a section stands for; anything else as it is."""
    if shape.short is None or not isinstance(node, YamlScalar) or node.value is None:
        return node
    return YamlMap({shape.short: YamlEntry(shape.short, node.place, node)}, node.place)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A mapping from names that the project chooses to sections."""

    of: type
    names: re.Pattern[str]
    name_rule: str
    expects: str = "a mapping from names to mappings"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Listed:
    """A list of mappings whose keys are the fields of a value class, or of short forms of such values."""

    of: type
    short: Kind | None
    """Reads a short form, if there are any; the value's `name` is how it is written."""
    expects: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Free:
    """A mapping from names that the project chooses to values of any kind."""

    names: re.Pattern[str]
    name_rule: str
    expects: str = "a mapping from names to values"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Map:
    """A mapping from names that the project chooses to values of one kind, or to further mappings of that sort."""

    names: Kind
    of: Kind | Map
    expects: str


Shape: TypeAlias = Kind | Section | Table | Listed | Free | Map


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Key:
    """One key: the only definition that checks, defaults, messages and documentation know it by."""

    shape: Shape
    description: str
    where: Where = Where.ANYWHERE
    name: str | None = None
    """What the file calls it, when that is not the name of the field."""
    variables: Needed = Needed.ALWAYS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Definition:
    """A key together with the field of the value class that holds its value."""

    name: str
    key: Key
    field: Field[Any]

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.field.default is MISSING and self.field.default_factory is MISSING

    @property
    def optional(self) -> bool:
        """Whether a configuration may do without it altogether."""
        return self.field.default is None

    def default(self) -> Any:
        """The value when the file says nothing; not for a required key."""
        return self.field.default if self.field.default_factory is MISSING else self.field.default_factory()


@cache
def definitions(of: type) -> tuple[Definition, ...]:
    """The keys of a value class, in the order of its fields: those whose type is annotated with a `Key`."""
    hints = get_type_hints(of, include_extras=True)
    keys = ((field, getattr(hints[field.name], "__metadata__", (None,))[0]) for field in fields(of))
    return tuple(Definition(key.name or field.name, key, field) for field, key in keys if isinstance(key, Key))
