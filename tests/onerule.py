"""A project in which one rule counts, so that the tests of the command do not change with every rule that is added."""

from __future__ import annotations

from typing import Any

import yaml

from sqlmig.lint.catalogue import RULES

RULE = "index-not-concurrent"
CLEAN = "SELECT 1;\n"
INDEX = "CREATE INDEX deals_owner ON deals (owner);\n"
UP = "sql/tenant/0002_index.up.sql"


def config(*, rule: str = "error", **lint: Any) -> str:
    """The `sqlmig.yaml`: the rule at this level, all others off, and further keys of `lint`."""
    rules = {other.name: "off" for other in RULES} | {RULE: rule}
    tracks = {
        "platform": {"path": "sql/platform", "scope": "shared", "schema": "core"},
        "tenant": {"path": "sql/tenant", "scope": "tenant"},
    }
    tenants = {"list": [{"slug": "acme", "schema": "tenant_acme"}]}
    return yaml.safe_dump({"postgres": 15, "tracks": tracks, "tenants": tenants, "lint": {"rules": rules} | lint})


def files(up: str = INDEX) -> dict[str, str]:
    """Six migrations; the second of the tenants builds an index on a table that is in use."""
    return {
        "sqlmig.yaml": config(),
        "sql/platform/0001_a.up.sql": CLEAN,
        "sql/platform/0001_a.down.sql": CLEAN,
        "sql/tenant/0001_deals.up.sql": "CREATE TABLE deals (id bigint PRIMARY KEY, owner text);\n",
        "sql/tenant/0001_deals.down.sql": CLEAN,
        UP: up,
        "sql/tenant/0002_index.down.sql": CLEAN,
    }
