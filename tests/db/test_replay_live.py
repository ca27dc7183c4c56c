"""The replayed schema state against the catalog of a real server, after every statement of several scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalogs import differences, on_server
from servers import Database, Server
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config
from sqlmig.project.load import load_files
from sqlmig.project.model import Script, Track
from sqlmig.project.samples import render_sample, sample_targets
from sqlmig.sql.bodies import body_statements
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.operations.routines import Do
from sqlmig.sql.parser import parse
from sqlmig.sql.replay import replay_all
from sqlmig.sql.replaying.passes import carried_out
from sqlmig.sql.schema.difference import difference
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import Statement, split

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((Path(__file__).parent / "replay").glob("*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_state_is_what_the_catalog_says(
    script: Path, connect: Callable[..., psycopg.Connection[Any]], server: Server
) -> None:
    connection = connect()
    connection.execute("CREATE SCHEMA here; CREATE SCHEMA elsewhere; SET search_path = here")
    state = SchemaState(home="here")
    for statement in split(script.read_text(encoding="utf-8")):
        operations = carried_out(parse(statement))
        assert not [operation for operation in operations if isinstance(operation, Unknown)], statement.text
        if _since(statement) > server.version:
            continue
        connection.execute(statement.text)
        state = replay_all(state, operations)
        schemas = ("here", "elsewhere", "renamed", "inner_one")
        found = differences(on_server(connection, schemas), state, schemas)
        assert not found, f"after {statement.text}:\n" + "\n".join(found)


def test_the_example_project(
    connect: Callable[..., psycopg.Connection[Any]], database: Database, server: Server
) -> None:
    if server.version < 15:
        pytest.skip("the example declares postgres: 15, for its security_invoker view")
    connection = connect()
    with_vector = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'vector'").rowcount > 0
    files = load_files(_example(database))
    state = SchemaState(home="public", search_path=("extensions",))
    for track in (*files.shared_tracks, *files.tenant_tracks):
        for sample in sample_targets(files, track):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {sample.schema}; SET search_path = {sample.schema}")
            start = state = state.with_home(sample.schema, ("extensions",))
            for script in _up(track):
                text = render_sample(files, script, sample).text
                with connection.transaction() if script.directives.transaction else nullcontext():
                    for statement in split(text):
                        connection.execute(statement.text)
                state = _replayed(state, text, bodies=with_vector)
                found = differences(on_server(connection, (sample.schema,)), state, (sample.schema,))
                assert not found, f"after {script.path}:\n" + "\n".join(found)
            down = state
            for script in _down(track):
                down = _replayed(down, render_sample(files, script, sample).text, bodies=with_vector)
            assert difference(start, down) == ()


def _example(database: Database) -> Config:
    """The project, with roles of its own: roles belong to the whole server, on which other tests run."""
    config = load_config(ROOT / "sqlmig.yaml", environment="ci", environ={})
    roles = {name: f"{name}_{database.name}" for name in ("app_role", "operator_role")}
    return replace(config, variables={**config.variables, **roles})


def _up(track: Track) -> list[Script]:
    numbered = [migration.up for migration in track.migrations]
    return numbered + [repeatable.script for repeatable in track.repeatables]


def _down(track: Track) -> list[Script]:
    repeatables = [repeatable.down for repeatable in reversed(track.repeatables)]
    numbered = [migration.down for migration in reversed(track.migrations)]
    return [script for script in (*repeatables, *numbered) if script is not None]


def _replayed(state: SchemaState, text: str, *, bodies: bool) -> SchemaState:
    for statement in split(text):
        operations = carried_out(parse(statement))
        state = replay_all(state, _with_bodies(operations) if bodies else operations, origin=text)
    return state


def _with_bodies(operations: Sequence[Operation]) -> Iterator[Operation]:
    """The operations, and those that a DO runs if the server has pgvector: that is what the example's ask for."""
    for operation in operations:
        yield operation
        if isinstance(operation, Do):
            for inner in body_statements(operation).statements:
                yield from inner.operations


def _since(statement: Statement) -> int:
    """The version that a comment above the statement names: `-- 18`."""
    return next((int(comment.text[2:]) for comment in statement.comments if comment.text[2:].strip().isdigit()), 0)
