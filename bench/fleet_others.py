"""New tenants beside tools that are run once per tenant: dbmate, a process each, and Alembic, a process each or one.

Each does the same 20 migrations of 5 statements, a transaction a migration, one tenant after the other. The tools are
installed into .cache when they are not there: dbmate by npm, Alembic by pip.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg

from bench.figures import clean_environment, headline, timed
from bench.fleet_fresh import MIGRATIONS, migrations
from bench.fleet_ground import Ground, apply, register

TENANTS = 50
TOOLS = Path(__file__).resolve().parents[1] / ".cache" / "bench"
_VERSION = """\
from alembic import op
revision = {revision!r}
down_revision = {before!r}
def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
"""
_ENVIRONMENT = """\
from alembic import context
from sqlalchemy import create_engine, pool, text
schema = context.get_x_argument(as_dictionary=True)["tenant"]
engine = create_engine(context.config.get_main_option("url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text(f"SET search_path TO {schema}"))
    connection.commit()
    connection.dialect.default_schema_name = schema
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
_UPGRADE = """\
import sys
from types import SimpleNamespace
from alembic import command
from alembic.config import Config
for schema in sys.argv[3:]:
    config = Config(cmd_opts=SimpleNamespace(x=[f"tenant={schema}"]))
    config.set_main_option("script_location", sys.argv[1])
    config.set_main_option("url", sys.argv[2].replace("%", "%%"))
    command.upgrade(config, "head")
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to bring tenants up to date; returns the seconds of all its processes."""

    label: str
    run: Callable[[Ground, str, Sequence[str]], float]
    wanted: float | None = None
    """How many times faster sqlmig is to be."""


def report(ground: Ground, tenants: int = TENANTS, rounds: int = 2) -> Iterator[str]:
    """Seconds of whole processes, and how many times faster sqlmig is with one worker and with four."""
    yield from headline(f"7. fresh: {tenants:,} tenants x {MIGRATIONS} migrations, beside dbmate and Alembic")
    _install()
    schemas = [f"tenant_{number}" for number in range(1, tenants + 1)]
    taken: dict[str, list[float]] = {way.label: [] for way in WAYS}
    for number in range(rounds):
        for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
            url = ground.database()
            apply(ground.project({}), url, "--platform")
            register(url, 1, tenants)
            taken[way.label].append(way.run(ground, url, schemas))
            _check(url, tenants)
    seconds = {label: median(found) for label, found in taken.items()}
    yield f"seconds of whole processes, median of {rounds}; how much faster sqlmig is with 1 worker, and with 4"
    for way in WAYS:
        took = seconds[way.label]
        ratios = " and ".join(f"{took / seconds[ours.label]:.1f} x" for ours in OURS)
        wanted = f" (wanted {way.wanted:g})" if way.wanted else ""
        beside = "" if way in OURS else f"   sqlmig {ratios} as fast{wanted}"
        yield f"  {way.label:<34} {took:>6.2f} s, {tenants * MIGRATIONS / took:>5,.0f} migrations/s{beside}"


def _check(url: str, tenants: int) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname LIKE 'tenant\\_%' AND tablename LIKE 'item\\_%'"
        ).fetchone()
    if found != (tenants * MIGRATIONS,):
        raise RuntimeError(f"{found} tables were made, and not {tenants * MIGRATIONS}")


# --- the ways ---


def _sqlmig(ground: Ground, url: str, _schemas: Sequence[str], *, workers: int) -> float:
    return apply(ground.project(migrations()), url, "--workers", str(workers)).process


def _dbmate(ground: Ground, url: str, schemas: Sequence[str]) -> float:
    folder = ground.folder("dbmate")
    for name, text in migrations().items():
        (folder / f"{name}.sql").write_text(f"-- migrate:up\n{text}-- migrate:down\n")
    [program] = TOOLS.glob("node_modules/@dbmate/*/bin/dbmate*")
    command = [str(program), "--no-dump-schema", "--migrations-dir", str(folder)]
    return sum(
        timed([*command, "--url", _with(url, search_path=schema), "migrate"], clean_environment()) for schema in schemas
    )


def _alembic(ground: Ground, url: str, schemas: Sequence[str], *, per_process: int) -> float:
    folder = ground.folder("alembic")
    (folder / "versions").mkdir()
    (folder / "env.py").write_text(_ENVIRONMENT)
    (folder / "upgrade.py").write_text(_UPGRADE)
    before = None
    for name, text in migrations().items():
        statements = [f"{part};" for part in text.split(";\n") if part]
        version = _VERSION.format(revision=name, before=before, statements=statements)
        (folder / "versions" / f"{name}.py").write_text(version)
        before = name
    parts = urlsplit(url)
    command = [str(TOOLS / "alembic/bin/python"), str(folder / "upgrade.py"), str(folder)]
    there = _with(parts._replace(scheme="postgresql+psycopg").geturl())
    seconds = 0.0
    for first in range(0, len(schemas), per_process):
        seconds += timed([*command, there, *schemas[first : first + per_process]], clean_environment())
    return seconds


def _with(url: str, **options: str) -> str:
    """The URL with more options, and without TLS, which a socket has not got."""
    parts = urlsplit(url)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return parts._replace(query=urlencode({**given, "sslmode": "disable", **options})).geturl()


def _install() -> None:
    if not (TOOLS / "node_modules").exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        _quietly(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(TOOLS), "dbmate@2"])
    if not (TOOLS / "alembic/installed").exists():
        _quietly([sys.executable, "-m", "venv", str(TOOLS / "alembic")])
        pip = [str(TOOLS / "alembic/bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        _quietly([*pip, "alembic==1.*", "psycopg[binary]==3.*"])
        (TOOLS / "alembic/installed").touch()


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")


OURS = tuple(Way(f"sqlmig --workers {workers}", partial(_sqlmig, workers=workers)) for workers in (1, 4))
WAYS = (
    *OURS,
    Way("dbmate, a process a tenant", _dbmate, wanted=2.5),
    Way("Alembic, a process a tenant", partial(_alembic, per_process=1), wanted=10),
    Way("Alembic, one process for all", partial(_alembic, per_process=10**6)),
)
