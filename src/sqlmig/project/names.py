"""Which names a schema and a tenant may have.

Capitals, spaces, quotes, semicolons and emoji are legal in PostgreSQL and are allowed: names are quoted everywhere.
Refused is what PostgreSQL would cut, reserve or read as something else, and what is not the tenant's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmig.project.model import Tenant

MAX_NAME_BYTES = 63
"""NAMEDATALEN - 1: PostgreSQL silently cuts longer names, and then two of them can be one."""


def schema_name_problems(tenants: Sequence[Tenant], shared: Collection[str]) -> tuple[str, ...]:
    """What is wrong with the schema names of a registry, one sentence each, in the registry's order.

    Args:
        tenants: all tenants of the database, active or not, since two alike are a problem even so.
        shared: the schemas that belong to no tenant; see `schema_name_problem`.
    """
    problems: list[str] = []
    owners: dict[str, Tenant] = {}
    for tenant in tenants:
        if problem := schema_name_problem(tenant.schema, shared):
            problems.append(f"tenant {quoted(tenant.slug)}: {problem}")
        elif other := owners.get(tenant.schema):
            problems.append(
                f"tenant {quoted(tenant.slug)}: schema {quoted(tenant.schema)} is already that of tenant"
                f" {quoted(other.slug)}; each tenant needs a schema of its own"
            )
        owners.setdefault(tenant.schema, tenant)
    return tuple(problems)


def schema_name_problem(name: str, shared: Collection[str]) -> str | None:
    """Why a tenant may not have this schema, as a sentence; None when it may.

    Args:
        name: the schema's name as the registry gives it, not quoted.
        shared: the history's schema, those of shared tracks, and those of `search_path`.
    """
    if problem := shared_schema_name_problem(name):
        return problem
    if name == "public":
        return 'schema "public" is everybody\'s and cannot belong to one tenant'
    if name in shared:
        return f"schema {quoted(name)} is shared by all tenants and cannot belong to one of them"
    return None


def shared_schema_name_problem(name: str) -> str | None:
    """Why no schema that sqlmig works with may have this name, as a sentence; None when one may."""
    if not name:
        return "a schema name may not be empty"
    if "\0" in name:
        return f"schema {quoted(name)} contains the character NUL, which PostgreSQL cannot store"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return f"schema {quoted(name)} is not valid Unicode"
    if size > MAX_NAME_BYTES:
        return f"schema {quoted(name)} is {size} bytes long; PostgreSQL cuts names after {MAX_NAME_BYTES} bytes"
    if name.startswith("pg_"):
        return f"schema {quoted(name)} begins with pg_, which PostgreSQL reserves for itself"
    if name == "information_schema":
        return 'schema "information_schema" belongs to PostgreSQL'
    if name == "$user":
        # Even quoted, search_path replaces it by the name of the current role.
        return 'schema "$user" means the current role\'s schema in search_path, whatever its quotes'
    return None


def role_problem(name: str) -> str | None:
    """Why no role can be made with this name, as a sentence; None when one can."""
    if "\0" in name:
        return f"role {quoted(name)} contains the character NUL, which PostgreSQL cannot store"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return f"role {quoted(name)} is not valid Unicode"
    if size > MAX_NAME_BYTES:
        return f"role {quoted(name)} is {size} bytes long; PostgreSQL cuts names after {MAX_NAME_BYTES} bytes"
    if name.startswith("pg_"):
        return f"role {quoted(name)} begins with pg_, which PostgreSQL reserves for itself"
    if name in ("public", "none"):
        # Even quoted, GRANT and SET ROLE read them as keywords.
        return f"no role can be called {name}: PostgreSQL reserves the name"
    return None


def slug_problem(slug: str) -> str | None:
    """Why a new tenant may not have this slug, as a sentence; None when it may."""
    if not slug:
        return "a slug may not be empty"
    if not _SLUG.fullmatch(slug):
        return f"slug {quoted(slug)} must be lower-case letters a-z, digits, _ and -, and begin with a letter or digit"
    return None


def schema_for_slug(template: str, slug: str) -> str:
    """The schema that `tenants.schema_name` gives a new tenant."""
    return template.replace("{slug}", slug)


def quoted(name: str) -> str:
    """A name for a message, in double quotes."""
    return f'"{printable(name)}"'


def printable(text: str) -> str:
    """A text without what a terminal would obey or hide: that is written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
