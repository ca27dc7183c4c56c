"""A database with tenants: each has a schema, and rows in a table that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from servers import Database, Role

TOWN = (Path(__file__).parent / "town.sql").read_text()
LOOKUP = "SELECT id, schema_name AS schema, is_active AS active FROM core.tenants WHERE slug = %(slug)s"
SETTING = "app.current_tenant_id"
WHO = "SELECT (SELECT name FROM who), (SELECT string_agg(text, ',') FROM shared.notes), current_user"
"""Whose schema, whose rows, and which role: everything that makes a context."""


@dataclass(frozen=True)
class Town:
    """The database, and the two ways to it."""

    direct: str
    pooled: Callable[[], str]
    role: str
    admin: psycopg.Connection[Any]
    size: int

    def url(self, way: str) -> str:
        return self.direct if way == "direct" else self.pooled()

    def context(self, slug: str) -> tuple[str, str, str]:
        """What WHO gives in a tenant's transaction."""
        return (slug, f"note of {slug}", self.role)

    @property
    def slugs(self) -> list[str]:
        return [f"t{number}" for number in range(self.size)]

    def rows(self) -> list[tuple[str, str]]:
        """Schema and tenant of every row that a tenant has written."""
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, tenant FROM {}.written").format(sql.Literal(slug), sql.Identifier(f"tenant_{slug}"))
            for slug in self.slugs
        )
        return self.admin.execute(query).fetchall()


@pytest.fixture
def make_town(
    database: Database,
    request: pytest.FixtureRequest,
    connect: Callable[..., psycopg.Connection[Any]],
    role: Callable[..., Role],
) -> Callable[[int], Town]:
    def make(size: int) -> Town:
        admin = connect()
        name = role().name
        # As docs/applications.md asks for: behind a pooler only the server can say what counts without a tenant.
        admin.execute(sql.SQL("ALTER DATABASE {} SET search_path = ''").format(sql.Identifier(database.name)))
        admin.execute(sql.SQL(TOWN).format(role=sql.Identifier(name), tenants=sql.Literal(size)))
        return Town(database.url, lambda: request.getfixturevalue("pgbouncer"), name, admin, size)

    return make


@pytest.fixture
def town(make_town: Callable[[int], Town]) -> Town:
    return make_town(10)
