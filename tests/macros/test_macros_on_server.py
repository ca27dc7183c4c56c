"""What the shipped macros render does on a server what docs/macros.md says."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from sqlmig.project.model import Directives, Script
from sqlmig.project.templates import Templates

ACME = "00000000-0000-4000-8000-00000000000a"
GLOBEX = "00000000-0000-4000-8000-00000000000b"

DEALS = """
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_foreign_key, tenant_index %}
{% from "sqlmig/rls.sql" import tenant_rls %}
CREATE TABLE deals (
    {{ tenant_columns() }},
    title text NOT NULL,
    parent_id uuid,
    {{ tenant_primary_key('deals') }},
    {{ tenant_foreign_key('deals', ['parent_id'], 'deals') }}
);
{{ tenant_index('deals', ['title'], order={'title': 'DESC'}) }}
{{ tenant_rls('deals') }}
GRANT ALL ON deals TO PUBLIC;
"""


def run(connection: psycopg.Connection[Any], template: str) -> None:
    text = Templates({}).render(Script("test.sql", template, Directives(), template), {"schema": "public"}).text
    connection.execute(text)


def call(connection: psycopg.Connection[Any], file: str, macro: str) -> None:
    """Runs `name(arguments)` of a shipped file."""
    run(connection, f'{{% from "sqlmig/{file}" import {macro.partition("(")[0]} %}}{{{{ {macro} }}}}')


def be(connection: psycopg.Connection[Any], tenant: str) -> None:
    connection.execute("SELECT set_config('app.current_tenant_id', %s, false)", [tenant])


def values(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    """The first column of a query."""
    return [row[0] for row in connection.execute(query)]


@pytest.fixture
def owner(connect):
    """Makes the tables; a superuser in most sessions, whom row level security does not bind."""
    connection = connect()
    run(connection, DEALS)
    return connection


@pytest.fixture
def app(owner, role, connect):
    """A role that row level security binds."""
    return connect(conninfo=role().url)


@pytest.fixture
def two_tenants(app):
    for tenant, title in ((ACME, "acme's"), (GLOBEX, "globex's")):
        be(app, tenant)
        app.execute("INSERT INTO deals (title) VALUES (%s)", [title])
    return app


def test_a_tenant_sees_its_own_rows_only(two_tenants):
    for tenant, title in ((ACME, "acme's"), (GLOBEX, "globex's")):
        be(two_tenants, tenant)
        assert values(two_tenants, "SELECT title FROM deals") == [title]


def test_a_tenant_cannot_change_rows_of_another(two_tenants):
    be(two_tenants, ACME)
    assert two_tenants.execute("UPDATE deals SET title = 'x' WHERE tenant_id = %s", [GLOBEX]).rowcount == 0
    with pytest.raises(errors.InsufficientPrivilege, match="violates row-level security"):
        two_tenants.execute("UPDATE deals SET tenant_id = %s", [GLOBEX])
    with pytest.raises(errors.InsufficientPrivilege, match="violates row-level security"):
        two_tenants.execute("INSERT INTO deals (tenant_id, title) VALUES (%s, 'x')", [GLOBEX])


@pytest.mark.parametrize("setting", ["never set", ""])
def test_a_session_without_a_tenant_sees_nothing_and_writes_nothing(two_tenants, setting):
    if setting == "":
        be(two_tenants, "")
    else:
        two_tenants.execute("RESET app.current_tenant_id")
    assert values(two_tenants, "SELECT title FROM deals") == []
    with pytest.raises((errors.NotNullViolation, errors.InsufficientPrivilege)):
        two_tenants.execute("INSERT INTO deals (title) VALUES ('x')")


def test_the_owner_of_a_table_is_bound_and_as_tenant_lets_it_write(owner, role, connect):
    login = role()
    owner.execute(f"ALTER TABLE deals OWNER TO {login.name}")
    bound = connect(conninfo=login.url)
    with pytest.raises(errors.InsufficientPrivilege, match="violates row-level security"):
        bound.execute("INSERT INTO deals (tenant_id, title) VALUES (%s, 'x')", [ACME])
    with bound.transaction():
        call(bound, "rls.sql", f"as_tenant('{ACME}')")
        bound.execute("INSERT INTO deals (title) VALUES ('x')")
    assert values(bound, "SELECT title FROM deals") == []


def test_a_foreign_key_cannot_point_at_another_tenant(two_tenants):
    be(two_tenants, ACME)
    theirs = values(two_tenants, "SELECT id FROM deals")[0]
    be(two_tenants, GLOBEX)
    with pytest.raises(errors.ForeignKeyViolation):
        two_tenants.execute("INSERT INTO deals (title, parent_id) VALUES ('child', %s)", [theirs])


def test_policies_per_command_refuse_the_command_that_has_none(owner, role, connect):
    owner.execute("CREATE TABLE notes (tenant_id uuid, note text); GRANT ALL ON notes TO PUBLIC")
    call(owner, "rls.sql", "enable_rls('notes')")
    call(owner, "rls.sql", "tenant_policies('notes', commands=['SELECT', 'INSERT', 'UPDATE'])")
    app = connect(conninfo=role().url)
    be(app, ACME)
    app.execute("INSERT INTO notes VALUES (%s, 'kept')", [ACME])
    assert app.execute("UPDATE notes SET note = 'changed'").rowcount == 1
    assert app.execute("DELETE FROM notes").rowcount == 0
    assert values(app, "SELECT note FROM notes") == ["changed"]


def test_a_reader_across_tenants_reads_and_does_not_write(owner, role, connect):
    reader = role()
    owner.execute("CREATE TABLE bills (tenant_id uuid, price int); GRANT ALL ON bills TO PUBLIC")
    call(owner, "rls.sql", f"shared_table_rls('bills', readers='{reader.name}')")
    app = connect(conninfo=role().url)
    for tenant in (ACME, GLOBEX):
        be(app, tenant)
        app.execute("INSERT INTO bills VALUES (%s, 1)", [tenant])
    across = connect(conninfo=reader.url)
    assert values(across, "SELECT count(*) FROM bills") == [2]
    assert across.execute("UPDATE bills SET price = 0").rowcount == 0
    assert values(app, "SELECT count(*) FROM bills") == [1]


def test_updated_at_moves_with_every_update(owner):
    owner.execute("CREATE TABLE pages (body text, updated_at timestamptz DEFAULT '2000-01-01')")
    call(owner, "updated_at.sql", "updated_at_function()")
    call(owner, "updated_at.sql", "updated_at_trigger('pages')")
    owner.execute("INSERT INTO pages VALUES ('a'); UPDATE pages SET body = 'b', updated_at = '1999-01-01'")
    assert values(owner, "SELECT updated_at > '2001-01-01' FROM pages") == [True]


@pytest.fixture
def audited(owner, app):
    run(
        owner,
        """
        {% from "sqlmig/audit.sql" import audit_table, audit_function, audit_trigger %}
        {% from "sqlmig/audit.sql" import append_only_function, append_only_trigger %}
        {{ audit_table() }} {{ audit_function(schema) }}
        {{ append_only_function() }} {{ append_only_trigger('audit_log') }}
        ALTER TABLE deals ADD COLUMN secret text;
        {{ audit_trigger('deals', omit=['secret']) }}
        """,
    )
    be(app, ACME)
    app.execute("SET app.current_user_id = 'ada'; SET search_path = pg_temp")
    app.execute("INSERT INTO public.deals (title, secret) VALUES ('first', 's3cret')")
    app.execute("UPDATE public.deals SET title = 'second', secret = 'other'")
    app.execute("DELETE FROM public.deals")
    return owner


def test_the_trail_has_every_change_with_who_made_it_though_nobody_may_write_to_it(audited, app):
    user = app.info.user
    assert audited.execute("SELECT operation, actor, database_role FROM audit_log ORDER BY id").fetchall() == [
        ("INSERT", "ada", user),
        ("UPDATE", "ada", user),
        ("DELETE", "ada", user),
    ]
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied for table audit_log"):
        app.execute(
            "INSERT INTO public.audit_log (tenant_id, table_name, row_id, operation) VALUES (%s, 'a', '1', 'INSERT')",
            [ACME],
        )


def test_an_update_in_the_trail_has_the_changed_columns_and_no_omitted_ones(audited):
    assert audited.execute("SELECT old_row, new_row FROM audit_log WHERE operation = 'UPDATE'").fetchall() == [
        ({"title": "first"}, {"title": "second"})
    ]
    assert values(audited, "SELECT count(*) FROM audit_log WHERE concat(old_row, new_row) LIKE '%secret%'") == [0]


@pytest.mark.parametrize("change", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"])
def test_an_append_only_table_refuses_its_owner(audited, change):
    with pytest.raises(errors.InsufficientPrivilege, match="audit_log is append-only: "):
        audited.execute(change)
    assert values(audited, "SELECT count(*) FROM audit_log") == [3]


EMBEDDING = """
{% from "sqlmig/pgvector.sql" import where_vector, hnsw_index %}
{% call where_vector() %}
    ALTER TABLE deals ADD COLUMN embedding extensions.vector(3);
    {{ hnsw_index('deals') }}
{% endcall %}
"""
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'deals'::regclass AND attname = 'embedding'"


def test_a_server_without_pgvector_runs_the_file_and_gets_no_column(owner):
    run(owner, EMBEDDING)
    assert values(owner, COLUMNS) == []


@pytest.fixture
def with_vector(owner):
    owner.execute("CREATE SCHEMA extensions")
    call(owner, "pgvector.sql", "vector_extension()")
    call(owner, "pgvector.sql", "vector_extension()")
    if values(owner, "SELECT to_regtype('extensions.vector')") == [None]:
        pytest.skip("this server has no pgvector")
    return owner


def test_a_server_with_pgvector_gets_the_column_and_uses_its_index(with_vector):
    run(with_vector, EMBEDDING)
    assert values(with_vector, COLUMNS) == ["embedding"]
    with_vector.execute("SET search_path = public, extensions; SET enable_seqscan = off; SET enable_sort = off")
    plan = values(with_vector, "EXPLAIN SELECT id FROM deals ORDER BY embedding <=> '[1,2,3]' LIMIT 1")
    assert "deals_embedding_hnsw_idx" in "\n".join(plan)


@pytest.mark.parametrize("macro", ["hnsw_index_concurrently", "ivfflat_index", "ivfflat_index_concurrently"])
def test_vector_indexes_are_valid_on_a_table_with_rows(with_vector, macro):
    with_vector.execute("CREATE TABLE points (embedding extensions.vector(3))")
    with_vector.execute("INSERT INTO points SELECT ARRAY[n, 1, 2]::extensions.vector FROM generate_series(1, 50) AS n")
    lists = ", lists=2" if macro.startswith("ivfflat") else ""
    call(with_vector, "pgvector.sql", f"{macro}('points', distance='l2'{lists})")
    assert values(with_vector, "SELECT indisvalid FROM pg_index WHERE indrelid = 'points'::regclass") == [True]


def test_pgvector_in_another_schema_is_an_error_that_says_how_to_move_it(with_vector):
    with_vector.execute("CREATE SCHEMA elsewhere; ALTER EXTENSION vector SET SCHEMA elsewhere")
    with pytest.raises(errors.RaiseException, match="extension vector is in schema elsewhere") as raised:
        call(with_vector, "pgvector.sql", "vector_extension()")
    assert raised.value.diag.message_hint == "Move it: ALTER EXTENSION vector SET SCHEMA extensions"
