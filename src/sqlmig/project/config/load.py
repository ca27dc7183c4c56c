"""Loads `sqlmig.yaml`: from a file, an environment's name and process variables to one `Config`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmig.errors import ConfigError, Place, Problem
from sqlmig.project.config.check import config_problems
from sqlmig.project.config.document import document_problems, read_value
from sqlmig.project.config.kinds import DATABASE_URL, named
from sqlmig.project.config.layers import Layer, Layers, alternatives, without
from sqlmig.project.config.origin import Origin, Source
from sqlmig.project.config.values import DATABASE_KEYS, DEFAULT_ENVIRONMENT, ENVIRONMENTS, Config
from sqlmig.project.config.yamlfile import YamlMap, YamlNode, YamlScalar, read_yaml
from sqlmig.project.nearest import did_you_mean

CONFIG_FILE = "sqlmig.yaml"


def load_config(
    file: Path, *, environment: str | None = None, environ: Mapping[str, str], database_url: str | None = None
) -> Config:
    """Reads a configuration; nothing is touched but the file and the folders it names.

    Args:
        file: the `sqlmig.yaml`; its folder is the project's root.
        environment: what `--env` says.
        environ: the process variables; an empty `SQLMIG_ENV` or `SQLMIG_DATABASE_URL` counts as not set.
        database_url: what `--database-url` says.

    Raises:
        ConfigError: with every problem that could be found in one reading.
    """
    root = _mapping(read_yaml(file, file.name), file.name)
    overrides, problems = _database_url_from_outside(database_url, environ)
    problems += document_problems(root)
    chosen, problem = _choose_environment(root, environment, environ)
    if chosen is None:
        raise ConfigError(_in_order([*problems, *([problem] if problem else [])]))
    layers = Layers(environ, overrides)
    values = layers.section(Config, _which_database(_layers(root, chosen.name), overrides))
    problems += layers.problems
    if problems:
        raise ConfigError(_in_order(problems))
    sources = {"environment": chosen.source, **layers.sources}
    config = Config(file.absolute().parent, file.name, chosen.name, **values, sources=sources)
    if problems := list(config_problems(config, layers.places)):
        raise ConfigError(_in_order(problems))
    return config


def find_config(start: Path) -> Path:
    """The first `sqlmig.yaml` in a folder or one above it.

    Raises:
        ConfigError: there is none up to the root of the file system.
    """
    start = start.absolute()
    folders = [start, *start.parents]
    for folder in folders:
        if (file := folder / CONFIG_FILE).is_file():
            return file
    for folder in folders:
        if (other := folder / "sqlmig.yml").is_file():
            raise ConfigError([Problem(f"{other} must be called {CONFIG_FILE}", next="rename it")])
    looked = ", ".join(str(folder) for folder in folders)
    advice = "run `sqlmig init` here, go to the project's folder, or name the file with --config"
    raise ConfigError([Problem(f"there is no {CONFIG_FILE}; looked in {looked}", next=advice)])


@dataclass(frozen=True, slots=True)
class _Chosen:
    name: str | None
    source: Source


def _mapping(node: YamlNode, file: str) -> YamlMap:
    if isinstance(node, YamlMap):
        return node
    if isinstance(node, YamlScalar) and node.value is None:
        problem = Problem("is empty", Place(file), "write at least one track, or run `sqlmig init`")
    else:
        problem = Problem(
            "must be a mapping of keys to values at its top level", node.place, "write `tracks:` and so on"
        )
    raise ConfigError([problem])


def _choose_environment(
    root: YamlMap, option: str | None, environ: Mapping[str, str]
) -> tuple[_Chosen | None, Problem | None]:
    """The environment in force; or what is wrong with the one that was asked for."""
    found = root.entries.get(ENVIRONMENTS)
    known = found.value.entries if found and isinstance(found.value, YamlMap) else {}
    place, said = None, ""
    if option is not None:
        name, source, said = option, Source(Origin.OPTION, "--env"), "--env"
    elif environ.get("SQLMIG_ENV"):
        name, source, said = environ["SQLMIG_ENV"], Source(Origin.PROCESS_VARIABLE, "SQLMIG_ENV"), "SQLMIG_ENV"
    elif entry := root.entries.get(DEFAULT_ENVIRONMENT):
        if not isinstance(entry.value, YamlScalar) or not isinstance(entry.value.value, str):
            return None, None
        name, place, said = entry.value.value, entry.value.place, DEFAULT_ENVIRONMENT
        source = Source(Origin.FILE, place=place)
    elif len(known) == 1:
        (entry,) = known.values()
        return _Chosen(entry.key, Source(Origin.FILE, place=entry.place)), None
    else:
        return _Chosen(None, Source(Origin.DEFAULT)), None
    if name in known:
        return _Chosen(name, source), None
    return None, _no_such_environment(name, said, list(known), place)


def _no_such_environment(name: str, said: str, known: list[str], place: Place | None) -> Problem:
    if not known:
        return Problem(
            f"{said} says {named(name)}, and the file has no environments", place, f"remove {said}, or add it"
        )
    return Problem(
        f"{said} says {named(name)}, and there is no such environment: there is {', '.join(known)}",
        place,
        did_you_mean(name, known),
    )


def _layers(root: YamlMap, environment: str | None) -> list[Layer]:
    layers = [Layer(root.entries)]
    environments = root.entries.get(ENVIRONMENTS)
    if environment is not None and environments and isinstance(environments.value, YamlMap):
        entry = environments.value.entries[environment]
        if isinstance(entry.value, YamlMap):
            layers.insert(0, Layer(entry.value.entries, environment))
    return layers


def _which_database(layers: list[Layer], overrides: Mapping[str, object]) -> Sequence[Layer]:
    """The layers with one word left on where the data are: from outside, or from the strongest layer that has one.

    Databases of two layers are not put together: what one environment names, no other may reach by accident.
    """
    if "database_url" in overrides:
        return [without(layer, DATABASE_KEYS) for layer in layers]
    return alternatives(layers, DATABASE_KEYS)


def _database_url_from_outside(
    option: str | None, environ: Mapping[str, str]
) -> tuple[dict[str, tuple[Any, Source]], list[Problem]]:
    if option is not None:
        url, name, source = option, "--database-url", Source(Origin.OPTION, "--database-url")
    elif environ.get("SQLMIG_DATABASE_URL"):
        name = "SQLMIG_DATABASE_URL"
        url, source = environ[name], Source(Origin.PROCESS_VARIABLE, name)
    else:
        return {}, []
    node = YamlScalar(url, Place(name))
    problems: list[Problem] = []
    return {"database_url": (read_value(DATABASE_URL, node, "database_url", problems), source)}, problems


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Each problem once, as the reader of the file meets them; what has no place comes first."""
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (p.place.line or 0, p.place.column or 0) if p.place else (0, 0))
