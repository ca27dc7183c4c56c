"""A shop with many tenants, made by SQL: what tests of whole fleets start from."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shop import CONFIG, Shop
from sqlmig.api import Project
from sqlmig.fleet.launch import Rollout, rollout_of
from sqlmig.plan.results import Outcome, RunResult

APPLY = "apply: {lock_timeout: 500ms, attempts: 3, lock_wait: 2s, refuse_on: never, workers: 1, concurrently_above: 0}"

FAST = {"lock_timeout": "200ms", "attempts": "3", "lock_wait": "20s", "refuse_on": "never", "concurrently_above": "0"}


def configure(shop: Shop, **apply: object) -> None:
    """Write the configuration with these keys of `apply`; what is not given is quick, and lets everything pass."""
    keys = {**FAST, "workers": "4", **{name: str(value) for name, value in apply.items()}}
    listed = ", ".join(f"{name}: {value}" for name, value in keys.items())
    shop.write({"sqlmig.yaml": CONFIG.replace(APPLY, f"apply: {{{listed}}}")})


def register(shop: Shop, slugs: Sequence[str], tier: str = "trial") -> None:
    """Tenants that nothing was applied to, as somebody without sqlmig makes them."""
    for slug in slugs:
        shop.sql(f"CREATE SCHEMA tenant_{slug}")
        shop.sql("INSERT INTO core.tenants (slug, schema_name, tier) VALUES (%s, %s, %s)", slug, f"tenant_{slug}", tier)


def slugs(count: int) -> list[str]:
    """Names of tenants that sort as they count."""
    return [f"t{number:02}" for number in range(1, count + 1)]


def fleet(shop: Shop, count: int, **apply: object) -> list[str]:
    """The platform applied, and so many tenants with nothing applied; their schemas."""
    configure(shop, **apply)
    shop.project().apply(platform=True)
    register(shop, slugs(count))
    return [f"tenant_{slug}" for slug in slugs(count)]


def rollout(project: Project, **changes: Any) -> Rollout:
    """What the configuration says, changed."""
    return replace(rollout_of(project.config), **changes)


def outcomes(result: RunResult) -> dict[str, Outcome]:
    """By schema, the tenants only."""
    return {one.target.schema: one.outcome for one in result.results if one.target.tenant is not None}


def only(outcome: Outcome, result: RunResult) -> list[str]:
    """The schemas of the tenants that ended so."""
    return [schema for schema, found in outcomes(result).items() if found is outcome]


def done_steps(shop: Shop) -> list[tuple[object, ...]]:
    """Schema and version of each step of a tenant in the log that is done, in order."""
    return shop.sql(
        "SELECT schema_name, version FROM sqlmig.log WHERE outcome = 'done' AND action = 'up' AND track = 'tenant'"
        " ORDER BY 1, 2"
    )


def steps_of(schemas: Sequence[str], *versions: int) -> list[tuple[object, ...]]:
    """What `done_steps` gives when each of these ran once in each schema."""
    return [(schema, version) for schema in schemas for version in versions]


def last_run(shop: Shop) -> tuple[str, str]:
    """Id and state of the run that was begun last."""
    [(run_id, state)] = shop.sql(
        "SELECT run_id::text, state FROM sqlmig.run WHERE goal IS NOT NULL ORDER BY started_at DESC LIMIT 1"
    )
    return str(run_id), str(state)


def times(shop: Shop) -> dict[str, tuple[datetime.datetime, datetime.datetime]]:
    """When the first step of each tenant began and the last one ended, by the log."""
    rows: Any = shop.sql(
        "SELECT schema_name, min(at - make_interval(secs => duration_ms / 1000.0)), max(at) FROM sqlmig.log"
        " WHERE track = 'tenant' AND outcome = 'done' GROUP BY 1"
    )
    return {schema: (began, ended) for schema, began, ended in rows}
