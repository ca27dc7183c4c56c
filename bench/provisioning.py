"""What a new tenant costs, with 10, 1,000 and 10,000 tenants there: replayed, from the snapshot, from the pool."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from bench.figures import headline
from bench.fleet_ground import CONFIG, Ground, copy_history, ground, register
from sqlmig.admin import provisioning
from sqlmig.admin.snapshot import make_snapshot
from sqlmig.api import Project
from sqlmig.plan.provisioning import Making, Source

SIZES = (10, 1_000, 10_000)
TABLES = 10
ROUNDS = 20
WANTED = 30.0
"""Milliseconds from the snapshot, at every size."""

_WAYS = {Source.REPLAY: Making.REPLAY, Source.SNAPSHOT: Making.SNAPSHOT, Source.POOL: Making.QUICKEST}
_LIFECYCLE = {
    "provision.sql": "CREATE SCHEMA {{ schema | ident }};\n",
    "register.sql": (
        "INSERT INTO core.tenants (slug, schema_name) VALUES ({{ tenant.slug | literal }}, {{ schema | literal }});\n"
    ),
}


def report(sizes: tuple[int, ...] = SIZES) -> Iterator[str]:
    """Milliseconds of a call, its connection included, and of the tenants that the call was made among."""
    yield from headline(
        f"Provisioning: {TABLES} tables, {2 * TABLES + 2} statements; ms a tenant, median (worst) of {ROUNDS}"
    )
    yield f"{'tenants':>9}  {'replay':>16}  {'snapshot':>16}  {'pool':>16}   (snapshot wanted: {WANTED:.0f})"
    with ground() as server:
        for size in sizes:
            figures = _figures(_project(server, size))
            yield f"{size:>9,}  " + "  ".join(f"{median(one):>7.1f} ({max(one):>6.1f})" for one in figures.values())


def _project(server: Ground, tenants: int) -> Project:
    """A project on a database with so many tenants, its snapshot and its pool ready."""
    folder = server.project({f"{number:04d}_item": _migration(number) for number in range(1, TABLES + 1)})
    (folder / "sqlmig.yaml").write_text(CONFIG + "environments: {bench: {development: true}}\n")
    (folder / "sql/lifecycle").mkdir()
    for name, text in _LIFECYCLE.items():
        (folder / "sql/lifecycle" / name).write_text(text)
    url = server.database()
    project = Project.load(folder, database_url=url, environ={})
    project.apply(platform=True)
    register(url, 1, 1, tables=0)
    project.apply()
    if tenants > 1:
        register(url, 2, tenants, tables=TABLES)
        copy_history(url, 2, tenants)
    make_snapshot(project)
    provisioning.pool(project, ROUNDS + 1)
    return project


def _figures(project: Project) -> dict[Source, list[float]]:
    """Milliseconds of each creation but the first of each kind, which compiles templates; the kinds take turns."""
    taken: dict[Source, list[float]] = {source: [] for source in _WAYS}
    for number in range(ROUNDS + 1):
        for source, making in _WAYS.items():
            slug = f"{source.value}-{number}"
            began = time.perf_counter()
            created = provisioning.create(project, slug, values={}, making=making)
            taken[source].append((time.perf_counter() - began) * 1000)
            if created.source is not source:
                raise RuntimeError(f"{slug} was made from the {created.source.value}")
    return {source: figures[1:] for source, figures in taken.items()}


def _migration(number: int) -> str:
    more = "CREATE INDEX ON item_1 (price);\nCREATE INDEX ON item_1 (created_at);\n" if number == 1 else ""
    return (
        f"CREATE TABLE item_{number} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
        "    title text NOT NULL CHECK (title <> ''),\n    price numeric(12, 2) NOT NULL DEFAULT 0,\n"
        "    created_at timestamptz NOT NULL DEFAULT now()\n);\n"
        f"CREATE INDEX item_{number}_title_idx ON item_{number} (title);\n{more}"
    )
