"""What must be true of a configuration as a whole: its tracks, its tenants and its folders, taken together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from sqlmig.errors import Place, Problem
from sqlmig.project.config.kinds import named, shown_text
from sqlmig.project.config.origin import Origin
from sqlmig.project.config.values import Config, TrackConfig
from sqlmig.project.model import Scope
from sqlmig.project.names import quoted, schema_name_problem
from sqlmig.project.nearest import did_you_mean
from sqlmig.secret import Secret, mask_url


def config_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    """What is wrong with the parts together, although each alone is well formed.

    Args:
        config: what was read.
        places: where each key stands, by dotted key.
    """
    if not config.tracks:
        yield Problem(
            "there is no track, and a project needs one",
            places.get("tracks", Place(config.file)),
            "write tracks: {main: {path: sql/main, scope: shared, schema: app}}",
        )
    for track in config.tracks:
        yield from _track_problems(config, track, places)
    yield from _path_problems(config, places)
    yield from _lifecycle_problems(config, places)
    yield from _backup_problems(config, places)
    yield from _database_problems(config, places)
    yield from _tenant_problems(config, places)
    yield from _wave_problems(config, places)
    yield from _lint_problems(config, places)


def shared_schemas(config: Config) -> frozenset[str]:
    """The schemas that no tenant may have: the history's, the shared tracks', and those that all tenants see."""
    tracks = (track.schema for track in config.tracks if track.schema is not None)
    return frozenset({config.history_schema, *config.search_path, *tracks})


def _track_problems(config: Config, track: TrackConfig, places: Mapping[str, Place]) -> Iterator[Problem]:
    key = f"tracks.{track.name}"
    schema_place = config.sources[f"{key}.schema"].place
    if track.scope is Scope.SHARED and track.schema is None:
        yield Problem(f"{key} is shared and needs a schema to run in", places[key], "add schema: NAME")
    if track.scope is Scope.SHARED and track.schema == config.history_schema:
        advice = "give the track or history_schema another name"
        yield Problem(f"{key}.schema is that of the history, which needs one of its own", schema_place, advice)
    if track.scope is Scope.TENANT and track.schema is not None:
        what = f"{key} runs in the schema of each tenant and has none of its own"
        yield Problem(what, schema_place, "remove schema, or write scope: shared")
    if track.scope is Scope.TENANT and config.tenants is None:
        what = f"{key} runs once per tenant, and nothing says where the tenants are listed"
        yield Problem(what, places[key], "add tenants: with query, schemas or list")


def _path_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    owners: dict[Path, str] = {}
    paths = {f"tracks.{track.name}.path": track.path for track in config.tracks}
    # A project may do without these folders, but one that was named should be there.
    if config.sources["macros"].origin is not Origin.DEFAULT:
        paths["macros"] = config.macros
    if config.sources["lifecycle.path"].origin is not Origin.DEFAULT:
        paths["lifecycle.path"] = config.lifecycle.path
    extra = {f"lifecycle.templates.{one.name}.repeatables": one.repeatables for one in config.lifecycle.templates}
    paths |= {key: path for key, path in extra.items() if path is not None}
    for key, path in paths.items():
        folder = _resolved(config.root / path)
        shown = shown_text(path, config.sources[key].variables)
        if folder is None or not folder.is_dir():
            is_file = folder is not None and folder.exists()
            what = f"{key} is {shown}, which is {'no folder' if is_file else 'not there'}"
            yield Problem(what, places[key], None if is_file else "create the folder, or correct the path")
        elif not folder.is_relative_to(config.root.resolve()):
            what = f"{key} is {shown}, a link that leads out of the project"
            yield Problem(what, places[key], "move the folder below the one of this file")
        elif (other := owners.get(folder)) and not {key, other} <= extra.keys():
            yield Problem(f"{key} is the folder of {other} too", places[key], "give each a folder of its own")
        else:
            owners[folder] = key


def _lifecycle_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    lifecycle = config.lifecycle
    names = [template.name for template in lifecycle.templates]
    if (wanted := lifecycle.default_template) is not None and wanted not in names:
        what = f"lifecycle.default_template names {named(wanted)}, which is no template"
        yield Problem(what, places["lifecycle.default_template"], did_you_mean(wanted, names))
    for template in lifecycle.templates:
        key = f"lifecycle.templates.{template.name}.seed"
        for number, file in enumerate(template.seed):
            path = f"{lifecycle.path}/{file}"
            if not (config.root / path).is_file():
                what = f"{key} names {quoted(file)}, and there is no {quoted(path)}"
                yield Problem(what, places.get(f"{key}.{number}"), "create the file, or correct the path")


def _backup_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    if config.backup.recipients and config.backup.passphrase is not None:
        what = "backup has both recipients and passphrase, which exclude each other"
        yield Problem(what, places["backup.passphrase"], "keep one of them")


def _resolved(path: Path) -> Path | None:
    try:
        resolved = path.resolve()
        resolved.stat()
    except (OSError, RuntimeError):
        return None
    return resolved


def _database_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    owners: dict[Secret, str] = {}
    for database in config.databases:
        url = database.database_url
        if isinstance(url, Secret) and (owner := owners.setdefault(url, database.name)) != database.name:
            what = f"databases.{database.name}.database_url is that of databases.{owner}"
            yield Problem(what, places[f"databases.{database.name}.database_url"], "give each database its own")


def _tenant_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    shared = shared_schemas(config)
    if config.tenants is None:
        return
    for number, row in enumerate(config.tenants.list or ()):
        if problem := schema_name_problem(str(row["schema"]), shared):
            what = mask_url(f"tenant {quoted(str(row['slug']))}: {problem}")
            yield Problem(what, places.get(f"tenants.list.{number}"))
    if pattern := config.tenants.schemas:
        matched = sorted(name for name in shared if fnmatchcase(name, pattern))
        if matched:
            names = ", ".join(quoted(name) for name in matched)
            advice = "write a pattern that only schemas of tenants match, such as tenant_*"
            yield Problem(f"tenants.schemas matches {names}, which no tenant has", places["tenants.schemas"], advice)


def _wave_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    waves = config.apply.waves
    for number, wave in enumerate(waves):
        key = f"apply.waves.{number}"
        if wave.count is not None and wave.share is not None:
            what = f"{key} has both count and share, which exclude each other"
            yield Problem(what, places.get(f"{key}.share"), "keep one of them")
        if wave.smallest and wave.count is None and wave.share is None:
            what = f"{key} takes the smallest tenants, and nothing says how many"
            yield Problem(what, places.get(f"{key}.smallest"), "add count or share")
        if wave.name in [one.name for one in waves[:number]]:
            yield Problem(f"{key} has the name of another wave", places.get(f"{key}.name"), "give each its own")
        if wave.takes_all and number < len(waves) - 1:
            what = f"{key} takes every tenant that is left, so nothing remains for those behind it"
            yield Problem(what, places.get(key), "put it last, or say by tenants, where, count or share what it takes")
        for file, path in enumerate(wave.gate.verify):
            if not (config.root / path).is_file():
                what = f"{key}.gate.verify names {quoted(path)}, which is not there"
                yield Problem(what, places.get(f"{key}.gate.verify.{file}"), "create the file, or correct the path")


def _lint_problems(config: Config, places: Mapping[str, Place]) -> Iterator[Problem]:
    tracks = [track.name for track in config.tracks]
    for name in config.lint.since if isinstance(config.lint.since, Mapping) else ():
        if name not in tracks:
            what = f"lint.since names {named(name)}, which is no track"
            yield Problem(what, places.get(f"lint.since.{name}"), did_you_mean(name, tracks))
    for number, row in enumerate(config.lint.samples):
        schema = row.get("schema")
        if schema is not None and (problem := schema_name_problem(str(schema), shared_schemas(config))):
            yield Problem(mask_url(f"lint.samples: {problem}"), places.get(f"lint.samples.{number}"))
