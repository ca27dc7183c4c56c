"""Compares schemas, registry and history, all of them at once; reads only."""

from __future__ import annotations

from sqlmig.db.composing import text_of
from sqlmig.db.registry import UnusableNames
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_due, read_pool
from sqlmig.plan.reconcile import Facts, Finding, Kind, Reconciled, SchemaFacts, looks_like, reconcile
from sqlmig.plan.tenantstates import TenantState
from sqlmig.project.load import ProjectFiles
from sqlmig.tenants.known import read_known


def reconciled(session: Session, files: ProjectFiles) -> Reconciled:
    """What does not belong together. A handful of queries, however many tenants there are.

    Raises:
        UsageError: the project has no tenants.
        ConfigError: the registry cannot be read.
    """
    config = files.config
    schemas = _schemas(session)
    try:
        tenants = read_known(session, files)
    except UnusableNames as error:
        # With names like these nobody can say which schema is whose: the rest has to wait.
        found = [
            Finding(Kind.UNUSABLE_NAME, "registry", one.message, one.next or "correct the registry")
            for one in error.problems
        ]
        return Reconciled(tuple(found), 0, len(schemas))
    registry = config.tenants
    template, pattern = (registry.schema_template, registry.schemas) if registry is not None else ("{slug}", None)
    due = {key for key, over in read_due(session, config.history_schema).items() if over}
    facts = Facts(
        schemas,
        tenants,
        files.shared_schemas,
        read_pool(session, config.history_schema),
        frozenset(due),
        looks_like(template, pattern),
        config.history_schema,
    )
    here = sum(one.state is not TenantState.DROPPED for one in tenants)
    return Reconciled(reconcile(facts), here, len(schemas))


def _schemas(session: Session) -> dict[str, SchemaFacts]:
    facts: dict[tuple[int, str], list[tuple[str, ...]]] = {}
    for oid, kind, *values in session.rows(text_of("reconcile_schemas")):
        facts.setdefault((oid, kind), []).append(tuple(value for value in values if value is not None))
    found = {}
    for (oid, kind), rows in facts.items():
        if kind == "schema":
            [(name, owner)] = rows
            grants = tuple((role, right) for role, right in sorted(facts.get((oid, "grant"), [])))
            defaults = tuple(
                (of, what, role, right) for of, what, role, right in sorted(facts.get((oid, "default"), []))
            )
            owners = tuple(role for (role,) in sorted(facts.get((oid, "owner"), [])))
            found[name] = SchemaFacts(name, owner, grants, defaults, owners)
    return found
