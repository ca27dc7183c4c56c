"""Steps without a project on disk, and lanes to run them on: what tests of single transactions need."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from sqlmig.db import history, records
from sqlmig.db.context import RunContext, Waiting, new_run_id, origin
from sqlmig.db.lane import Lane
from sqlmig.db.locks import blockers_of
from sqlmig.db.session import connect, session
from sqlmig.plan.values import Step, Target
from sqlmig.project.checksums import source_checksum
from sqlmig.project.config.load import load_config
from sqlmig.project.directives import FileKind, read_directives
from sqlmig.project.model import Direction, Migration, Scope, Script, Tenant
from sqlmig.project.templates import Templates
from sqlmig.sql.statements import split

CONFIG = """\
postgres: 14
tracks: {tenant: {path: tenant, scope: tenant}}
tenants: {schemas: 'tenant_*'}
apply: {lock_timeout: 1s, attempts: 3, lock_wait: 2s}
"""


def step(schema: str, version: int, up: str, *, verify: str | None = None, shared: tuple[str, ...] = ()) -> Step:
    """A migration of a tenant."""
    migration = Migration("tenant", version, f"m{version}", _script(version, "up", up))
    check = _script(version, "verify", verify) if verify is not None else None
    rendered = Templates({}).render(migration.up, {})
    return Step(
        Target("tenant", Scope.TENANT, schema, schema, Tenant(schema, schema, schema)),
        migration,
        Direction.UP,
        rendered,
        split(rendered.text),
        Templates({}).render(check, {}) if check is not None else None,
        shared=shared,
    )


def around(version: int) -> records.Digests:
    """A target's digests before and after its migration of that version, the first being 1."""
    return records.Digests(_digest(version - 1) if version > 1 else None, _digest(version))


def _digest(version: int) -> str:
    return hashlib.sha256(str(version).encode()).hexdigest()


def _script(version: int, kind: str, text: str) -> Script:
    path = f"tenant/{version:04}_m{version}.{kind}.sql"
    directives, problems = read_directives(text, path, FileKind.VERIFY if kind == "verify" else FileKind.UP)
    assert not problems
    return Script(path, text, directives, source_checksum(text, {}))


@dataclass
class Yard:
    """A database with a history and tenants' schemas, and lanes into it."""

    folder: Path
    database_url: str
    connection: psycopg.Connection[Any]
    context: RunContext = field(init=False)
    alone: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        (self.folder / "tenant").mkdir(exist_ok=True)
        (self.folder / "sqlmig.yaml").write_text(CONFIG)
        config = load_config(self.folder / "sqlmig.yaml", environment=None, environ={})
        self.context = RunContext(new_run_id(), config, origin("sqlmig test", None))
        with session(self.database_url) as opened:
            history.prepare(opened, "sqlmig")
        for schema in ("tenant_a", "tenant_b"):
            self.connection.execute(f"CREATE SCHEMA {schema}")

    @contextlib.contextmanager
    def lane(self, url: str | None = None, **changes: Any) -> Iterator[Lane]:
        """A lane; `changes` are of the run's context."""
        waiting = Waiting(url or self.database_url, blockers_of)
        lane = Lane(connect(url or self.database_url), replace(self.context, **changes), waiting, self.alone)
        try:
            yield lane
        finally:
            lane.close()
            waiting.close()

    def versions(self, schema: str) -> list[int]:
        """What the history says is applied."""
        query = "SELECT version FROM sqlmig.applied WHERE target = %s ORDER BY 1"
        return [row[0] for row in self.connection.execute(query, (schema,))]

    def tables(self, schema: str) -> list[str]:
        """The names of a schema's tables."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
        return [row[0] for row in self.connection.execute(query, (schema,))]

    def one(self, query: str, *parameters: object) -> Any:
        """The only value of a query."""
        row = self.connection.execute(query.encode(), parameters or None).fetchone()
        return row[0] if row is not None else None

    def sql(self, text: str) -> None:
        """Run something on the test's own connection."""
        self.connection.execute(text.encode())


Connect = Callable[..., psycopg.Connection[Any]]
