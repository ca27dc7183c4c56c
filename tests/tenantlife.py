"""The shop with all that a tenant's life takes: a registry that may leave tenants out, and every lifecycle file."""

from __future__ import annotations

import time
from collections.abc import Callable

from shop import CONFIG, Shop

GATE = 4711
"""An advisory lock that a lifecycle file waits for, so that a test can act in the middle of a change."""
AT_THE_GATE = f"SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({GATE});\n"

QUERY = "SELECT id, slug, schema_name AS schema, tier FROM core.tenants ORDER BY id"

FILES = {
    "sqlmig.yaml": CONFIG.replace(QUERY, QUERY.replace(" ORDER", " WHERE active ORDER")),
    "sql/platform/0001_tenants.up.sql": (
        "CREATE TABLE tenants (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE,\n"
        "    schema_name text NOT NULL UNIQUE, tier text NOT NULL DEFAULT 'trial',\n"
        "    active boolean NOT NULL DEFAULT true);\n"
    ),
    "sql/lifecycle/suspend.sql": "UPDATE core.tenants SET active = false WHERE id = {{ tenant.id }};\n",
    "sql/lifecycle/activate.sql": "UPDATE core.tenants SET active = true WHERE id = {{ tenant.id }};\n",
    "sql/lifecycle/rename.sql": (
        "UPDATE core.tenants\n"
        "SET slug = {{ tenant.new_slug | literal }}, schema_name = {{ tenant.new_schema | literal }}\n"
        "WHERE id = {{ tenant.id }};\n"
    ),
    "sql/lifecycle/deprovision.sql": "UPDATE core.tenants SET active = false WHERE id = {{ tenant.id }};\n",
    "sql/lifecycle/undrop.sql": "UPDATE core.tenants SET active = true WHERE id = {{ tenant.id }};\n",
    "sql/lifecycle/purge.sql": "DELETE FROM core.tenants WHERE id = {{ tenant.id }};\n",
}

BY_SCHEMA = {
    "sqlmig.yaml": CONFIG.replace(f"query: {QUERY}", "schemas: tenant_*"),
    "sql/lifecycle/register.sql": None,
}
"""Tenants are the schemas of a pattern: nothing but its name tells one from the other."""


def living(shop: Shop, *slugs: str) -> Shop:
    """The platform applied, and tenants made."""
    shop.write(FILES)
    return shop.with_tenants(*slugs)


def by_schema(shop: Shop, *schemas: str) -> Shop:
    """The platform applied, and tenants that are schemas of a pattern."""
    shop.write({**BY_SCHEMA})
    shop.project().apply(platform=True)
    for schema in schemas:
        shop.sql(f"CREATE SCHEMA {schema}")
    shop.apply()
    return shop


def state(shop: Shop, slug: str) -> object:
    """What is recorded of a tenant: its state; None when nothing is."""
    rows = shop.sql("SELECT state FROM sqlmig.tenant WHERE slug = %s", slug)
    return rows[0][0] if rows else None


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for a state."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def blocked_on_the_gate(shop: Shop) -> None:
    """Waits until somebody waits for the gate, which the test holds."""
    until(
        lambda: (
            shop.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", GATE) != []
        )
    )
