"""Frozen values with named fields, as a frozen dataclass is, that cost a hundredth of it to define.

The linter's vocabulary is more than a hundred small classes. `dataclass` compiles code for each of them: 70 ms at every
start, which a hook that runs at each commit would spend mostly on that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, Self, dataclass_transform


class _Aside:
    """Marks a field that takes no part in comparison."""

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default


_REQUIRED: Final = object()


def aside(*, default: Any = _REQUIRED) -> Any:
    """A field that says where something stands, not what it is: it takes no part in comparison, hash and repr."""
    return _Aside(default)


class _RecordType(type):
    """Makes slots of a class's annotations, and keeps their defaults apart."""

    _setters: tuple[tuple[str, Any, Callable[[Any, Any], None]], ...]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _RecordType:
        fields: dict[str, Any] = {}
        asides: set[str] = set()
        for base in reversed(bases):
            fields |= getattr(base, "_fields", {})
            asides |= getattr(base, "_asides", frozenset())
        own = [field for field in namespace.get("__annotations__", {}) if not field.startswith("_")]
        for field in own:
            default = namespace.pop(field, _REQUIRED)
            if isinstance(default, _Aside):
                default = default.default
                asides.add(field)
            fields[field] = default
        namespace["__slots__"] = tuple(own)
        namespace["_fields"] = fields
        namespace["_asides"] = frozenset(asides)
        namespace["_compared"] = tuple(field for field in fields if field not in asides)
        made = super().__new__(cls, name, bases, namespace)
        # A slot's own setter costs a third of object.__setattr__, and replaying a history makes values by the thousand.
        made._setters = tuple((field, default, getattr(made, field).__set__) for field, default in fields.items())
        return made


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(aside,))
class Record(metaclass=_RecordType):
    """Base of the values. Fields are annotations, given by keyword; equal are those of one class with equal fields."""

    _fields: dict[str, Any]
    _asides: frozenset[str]
    _compared: tuple[str, ...]
    _setters: tuple[tuple[str, Any, Callable[[Any, Any], None]], ...]

    def __init__(self, **values: Any) -> None:
        for field, default, put in self._setters:
            value = values.pop(field, default)
            if value is _REQUIRED:
                raise TypeError(f"{type(self).__name__} needs '{field}'")
            put(self, value)
        if values:
            raise TypeError(f"{type(self).__name__} has no '{next(iter(values))}'")

    def replaced(self, **values: Any) -> Self:
        """A copy with other values in some fields."""
        copy = object.__new__(type(self))
        for field, _, put in self._setters:
            put(copy, values.pop(field) if field in values else getattr(self, field))
        if values:
            raise TypeError(f"{type(self).__name__} has no '{next(iter(values))}'")
        return copy

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The names of the fields that are compared, in order of definition."""
        return cls._compared

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, field) == getattr(other, field) for field in self._compared)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, field) for field in self._compared)))

    def __repr__(self) -> str:
        said = (f"{field}={getattr(self, field)!r}" for field in self._compared)
        return f"{type(self).__name__}({', '.join(said)})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")
