"""Tenants and their registry change while a run is under way: the others are finished, and what happened is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from faults import results
from faults.fingerprints import lines_of
from faults.judging import (
    as_after_a_clean_run,
    nothing_left_over,
    said_properly,
    schemas_as_after_a_clean_run,
)
from faults.project import SCHEMAS
from faults.runs import Place, run_meanwhile, started
from faults.states import history_of
from servers import create_role
from sessions import Connection, until, waiting_for_a_relation

GROUP = "tenants and their registry"

LATE = "tenant_umbrella"
"""The last tenant: not begun while the second one's file is under way."""
OTHERS = tuple(schema for schema in SCHEMAS if schema != LATE)

MISSING = f"schema {LATE} of tenant umbrella is not there"

DROP_SCHEMA = f"DROP SCHEMA {LATE} CASCADE"
DROP_ROW = f"DELETE FROM core.tenants WHERE schema_name = '{LATE}'"


def executed(place: Place, *statements: str) -> Callable[[], None]:
    """What somebody does beside the run, in one transaction."""

    def act() -> None:
        with place.connect() as connection, connection.transaction():
            for statement in statements:
                connection.execute(statement.encode())

    return act


def test_a_tenant_that_is_dropped_in_mid_run_is_told_and_the_next_run_is_without_it(place: Place) -> None:
    with (
        results.result(
            "scenario", group=GROUP, name="a tenant is dropped in mid-run, schema and registry row"
        ) as result,
        place.connect() as connection,
    ):
        first = run_meanwhile(place, executed(place, DROP_SCHEMA, DROP_ROW))
        said_properly(first)
        assert first.status == 3
        assert MISSING in first.stderr
        schemas_as_after_a_clean_run(connection, place.clean, OTHERS[1:])
        second = place.apply()
        assert second.status == 0, second.said
        nothing_left_over(connection)
        result["verdict"] = f"{first}, it is named; rerun {second.status}, without it"


def test_a_schema_that_is_dropped_in_mid_run_is_refused_until_the_registry_says_so_too(place: Place) -> None:
    with (
        results.result(
            "scenario", group=GROUP, name="a tenant's schema is dropped in mid-run, its registry row stays"
        ) as result,
        place.connect() as connection,
    ):
        first = run_meanwhile(place, executed(place, DROP_SCHEMA))
        said_properly(first)
        assert first.status == 3
        assert MISSING in first.stderr
        schemas_as_after_a_clean_run(connection, place.clean, OTHERS)
        second = place.apply()
        assert second.status == 1, second.said
        assert MISSING in second.stderr
        executed(place, DROP_ROW)()
        third = place.apply()
        assert third.status == 0, third.said
        nothing_left_over(connection)
        result["verdict"] = f"{first}, it is named; rerun {second.status}, refused; its row deleted: {third.status}"


def test_a_tenant_that_leaves_the_registry_in_mid_run_is_still_finished(place: Place) -> None:
    with (
        results.result(
            "scenario", group=GROUP, name="a tenant's registry row is deleted in mid-run, its schema stays"
        ) as result,
        place.connect() as connection,
    ):
        first = run_meanwhile(place, executed(place, DROP_ROW))
        said_properly(first)
        assert first.status == 0, first.said
        schemas_as_after_a_clean_run(connection, place.clean, OTHERS[1:])
        known = history_of(connection).units(LATE)
        assert lines_of(connection, [LATE])[LATE] == place.clean.prefixes[LATE, known]
        second = place.apply()
        assert second.status == 0, second.said
        nothing_left_over(connection)
        result["verdict"] = f"{first}: the list of targets was frozen; rerun {second.status}"


def test_a_tenant_that_is_renamed_in_mid_run_is_finished_under_its_new_name(place: Place) -> None:
    renamed = (
        f"ALTER SCHEMA {LATE} RENAME TO tenant_parasol",
        f"UPDATE core.tenants SET slug = 'parasol', schema_name = 'tenant_parasol' WHERE schema_name = '{LATE}'",
    )
    with (
        results.result(
            "scenario", group=GROUP, name="a tenant is renamed in mid-run, schema and registry row"
        ) as result,
        place.connect() as connection,
    ):
        first = run_meanwhile(place, executed(place, *renamed))
        said_properly(first)
        assert first.status == 3
        assert MISSING in first.stderr
        schemas_as_after_a_clean_run(connection, place.clean, OTHERS[1:])
        second = place.apply()
        assert second.status == 0, second.said
        found = lines_of(connection, ["tenant_parasol"])["tenant_parasol"]
        assert found == place.clean.lines[LATE]
        nothing_left_over(connection)
        result["verdict"] = f"{first}, the old name is named; rerun {second.status}, under the new one"


def test_a_registry_that_is_locked_is_waited_for(place: Place) -> None:
    with (
        results.result(
            "scenario", group=GROUP, name="the registry's table is locked while the run is planned"
        ) as result,
        place.connect() as connection,
    ):
        holder = place.connect()
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE core.tenants")
        with started(place.folder, place.database.url) as run:
            until(lambda: waiting_for_a_relation(connection), what="the run waits for the registry")
            holder.close()
            first = run.end()
        assert first.status == 0, first.said
        as_after_a_clean_run(connection, place)
        result["verdict"] = f"waits, {first}"


@pytest.fixture
def owner(place: Place) -> Iterator[str]:
    """The URL of a role that is no superuser and owns everything in the place's database."""
    role = create_role(place.database)
    with place.connect() as connection:
        _give_everything(connection, role.name)
    yield role.url
    with place.connect() as connection:
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role.name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role.name)))


def _give_everything(connection: Connection, role: str) -> None:
    owned = """
        SELECT format('ALTER SCHEMA %%I OWNER TO %%I', nspname, %(role)s::text) FROM pg_namespace
        WHERE nspname = ANY(%(schemas)s)
        UNION ALL
        SELECT format('ALTER TABLE %%s OWNER TO %%I', oid::regclass, %(role)s::text) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = ANY(%(schemas)s::regnamespace[])
        UNION ALL
        SELECT format('ALTER FUNCTION %%s OWNER TO %%I', oid::regprocedure, %(role)s::text) FROM pg_proc
        WHERE pronamespace = ANY(%(schemas)s::regnamespace[])
        UNION ALL
        SELECT format('GRANT CREATE ON DATABASE %%I TO %%I', current_database(), %(role)s::text)"""
    for (statement,) in connection.execute(owned, {"role": role, "schemas": [*SCHEMAS, "sqlmig"]}).fetchall():
        connection.execute(statement.encode())


REVOKED, GRANTED = "REVOKE SELECT ON core.tenants FROM {}", "GRANT SELECT ON core.tenants TO {}"


def test_a_registry_that_may_not_be_read_stops_a_run_before_it_begins(place: Place, owner: str) -> None:
    with (
        results.result("scenario", group=GROUP, name="the role may not read the registry") as result,
        place.connect() as connection,
    ):
        _change_rights(connection, owner, REVOKED)
        before = lines_of(connection, SCHEMAS)
        first = place.apply(owner)
        said_properly(first)
        assert first.status == 2
        assert "the registry's query fails: permission denied for table tenants" in first.stderr
        assert lines_of(connection, SCHEMAS) == before
        _change_rights(connection, owner, GRANTED)
        second = place.apply(owner)
        assert second.status == 0, second.said
        assert history_of(connection).applied == place.clean.history.applied
        result["verdict"] = f"{first}, nothing changed; granted again, rerun {second.status}"


def test_a_registry_that_may_not_be_read_any_more_in_mid_run_loses_nothing(place: Place, owner: str) -> None:
    name = "the role may not read the registry any more, from mid-run on"
    with results.result("scenario", group=GROUP, name=name) as result, place.connect() as connection:
        first = run_meanwhile(place, lambda: _change_rights(connection, owner, REVOKED), owner)
        said_properly(first)
        assert first.status != 0
        assert "the registry's query fails: permission denied for table tenants" in first.stderr
        _change_rights(connection, owner, GRANTED)
        second = place.apply(owner)
        assert second.status == 0, second.said
        assert history_of(connection).applied == place.clean.history.applied
        nothing_left_over(connection)
        result["verdict"] = f"{first}, what was frozen is done; granted again, rerun {second.status}"


def _change_rights(connection: Connection, url: str, statement: str) -> None:
    role = psycopg.conninfo.conninfo_to_dict(url)["user"]
    connection.execute(sql.SQL(statement).format(sql.Identifier(str(role))))  # type: ignore[arg-type]
