"""A configuration taken apart again: one setting per key, as `sqlmig config` lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlmig.project.config.keys import Free, Listed, Map, Section, Table, definitions
from sqlmig.project.config.origin import Origin, Source, Unset
from sqlmig.project.config.values import Config
from sqlmig.secret import MASK, Secret, looks_secret, mask_url


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with the value in force and its source."""

    key: str
    """Dotted: `tracks.tenant.path`."""
    value: object
    """Scalars, tuples and mappings; secrets are masked."""
    source: Source


def settings(config: Config) -> tuple[Setting, ...]:
    """Every key that is in force, in the order of the documentation, ready to be shown.

    Keys that say nothing are left out: an alternative that was not chosen, the schema of a tenant track.
    """
    environment = Setting("environment", config.environment, config.sources.get("environment", _DEFAULT))
    return (environment, *_section(Config, config, config.sources, ""))


_DEFAULT = Source(Origin.DEFAULT)


def _section(of: type, values: object, sources: Mapping[str, Source], path: str) -> Iterator[Setting]:
    for definition in definitions(of):
        key, value = f"{path}{definition.name}", getattr(values, definition.field.name)
        shape = definition.key.shape
        if isinstance(shape, Free):
            yield from _free(value, sources, key)
        elif isinstance(shape, Map):
            yield from _entries(value, sources, key)
        elif isinstance(shape, Table):
            for row in value:
                yield from _section(shape.of, row, sources, f"{key}.{row.name}.")
        elif isinstance(shape, Listed):
            yield from _listed(shape, value, sources, key)
        elif isinstance(shape, Section):
            if value is not None:
                yield from _section(shape.of, value, sources, f"{key}.")
        elif value is not None or (key == "database_url" and not getattr(values, "databases", ())):
            yield _setting(key, value, sources)


def _listed(shape: Listed, rows: Sequence[Any], sources: Mapping[str, Source], path: str) -> Iterator[Setting]:
    """What each item says: defaults would drown it."""
    if not rows:
        yield _setting(path, rows, sources)
    for number, row in enumerate(rows):
        key = f"{path}.{number}"
        if key in sources:
            yield _setting(key, row.name, sources)
        else:
            said = _section(shape.of, row, sources, f"{key}.")
            yield from (setting for setting in said if setting.source.origin is not Origin.DEFAULT)


def _free(values: Mapping[str, object], sources: Mapping[str, Source], path: str) -> Iterator[Setting]:
    for name, value in values.items():
        key = f"{path}.{name}"
        if isinstance(value, dict) and key not in sources:
            yield from _free(value, sources, key)
        else:
            yield _setting(key, value, sources)


def _entries(values: Mapping[str, object], sources: Mapping[str, Source], path: str) -> Iterator[Setting]:
    """The names are the product's or those of files: none of them makes a value a secret."""
    for name, value in values.items():
        key = f"{path}.{name}"
        if isinstance(value, Mapping):
            yield from _entries(value, sources, key)
        else:
            yield Setting(key, _shown(value), sources.get(key, _DEFAULT))


def _setting(key: str, value: object, sources: Mapping[str, Source]) -> Setting:
    source = sources.get(key, _DEFAULT)
    names = (key, *source.variables) if isinstance(value, str | tuple | dict) else ()
    if isinstance(value, Secret):
        # A URL is shown without its password, whichever variable it came from. A passphrase has no part to show.
        names = (key.rpartition(".")[2],)
    secret = any(looks_secret(name) for name in names)
    return Setting(key, MASK if secret else _shown(value), source)


def _shown(value: object) -> object:
    if isinstance(value, Secret):
        return mask_url(value.reveal())
    if isinstance(value, Unset):
        return None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return mask_url(value)
    if isinstance(value, tuple):
        return tuple(_shown(item) for item in value)
    if isinstance(value, dict):
        return {name: MASK if looks_secret(name) else _shown(item) for name, item in value.items()}
    return value
