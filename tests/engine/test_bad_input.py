"""Bad input meets a clear error, and nothing is lost: what the files, the database and the server can do to a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from servers import Role, Server
from shop import Shop
from sqlmig.engine import PlanRefused
from sqlmig.errors import ConfigError, ConnectionFailed, ProjectError, Refused, SqlmigError
from sqlmig.plan.results import Failure
from sqlmig.plan.values import Plan


def refusals(shop: Shop) -> list[str]:
    with pytest.raises(PlanRefused) as caught:
        shop.apply()
    return [f"{r.reason.value}: {r.message} / {r.next}" for r in caught.value.plan.refusals]


def failure(shop: Shop, *schemas: str) -> Failure:
    result = shop.apply(*schemas)
    assert result.exit_status == 3
    found = next(r.failure for r in result.results if r.failure is not None)
    assert found is not None
    return found


def test_an_edited_file_is_refused_with_the_way_back(shop: Shop) -> None:
    shop.apply()
    shop.pair("platform", "0001_tenants", "CREATE TABLE tenants (id bigint);\n")
    assert refusals(shop) == [
        (
            "edited: platform 0001_tenants was edited after it ran / undo the edit (git checkout --"
            " sql/platform/0001_tenants.up.sql) and write a new migration, or `sqlmig repair`"
        )
    ]
    assert shop.project().verify().problems[0].reason.value == "edited"


def test_a_comment_or_another_layout_is_a_note_and_not_an_edit(shop: Shop) -> None:
    shop.apply()
    file = shop.folder / "sql/platform/0001_tenants.up.sql"
    shop.write(
        {
            "sql/platform/0001_tenants.up.sql": "-- why\n"
            + file.read_text().replace(" (", "\n  (").upper().replace("'TRIAL'", "'trial'")
        }
    )
    result = shop.apply()
    assert result.exit_status == 0
    assert [note.message for note in result.plan.notes] == [
        "sql/platform/0001_tenants.up.sql was laid out anew after it ran; it still says the same"
    ]
    # The history has taken it on: the next look is a short one again, and a readiness probe is content.
    assert shop.apply().plan.notes == ()
    assert shop.project().check().current
    assert shop.sql("SELECT action, version FROM sqlmig.log ORDER BY id DESC LIMIT 1") == [("adopt", 1)]
    assert shop.project().rollback(platform=True, to=0).exit_status == 0


@pytest.mark.parametrize("copy", ["crlf", "bom", "cr"])
def test_a_copy_of_an_applied_file_from_another_system_is_the_same_file(shop: Shop, copy: str) -> None:
    shop.with_tenants("acme")
    for file in (shop.folder / "sql").rglob("*.sql"):
        text = file.read_bytes()
        changed = {
            "crlf": text.replace(b"\n", b"\r\n"),
            "bom": b"\xef\xbb\xbf" + text,
            "cr": text.replace(b"\n", b"\r"),
        }
        file.write_bytes(changed[copy])
    result = shop.apply()
    assert (result.exit_status, result.run_id, result.plan.notes) == (0, None, ())


def test_a_deleted_file_in_the_middle_is_refused(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair("platform", "0003_u", "CREATE TABLE u (id int);\n")
    shop.apply()
    shop.write({"sql/platform/0002_t.up.sql": None, "sql/platform/0002_t.down.sql": None})
    assert (
        refusals(shop)
        == [
            (
                "deleted: platform 0002_t is applied, but its file is gone / bring it back with git"
                " (git log --diff-filter=D -- 'sql/platform/*'), or `sqlmig repair`"
            )
        ]
        or "deleted" in refusals(shop)[0]
    )


def test_a_renumbered_file_is_recognised(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.apply()
    shop.write({"sql/platform/0002_t.up.sql": None, "sql/platform/0002_t.down.sql": None})
    shop.pair("platform", "0005_t", "CREATE TABLE t (id int);\n")
    said = refusals(shop)
    assert said[0].startswith("renumbered: platform 0002_t is applied, but its file now has number 0005")
    assert shop.tables("core") == ["t", "tenants"]


def test_a_lower_number_merged_late_is_refused_until_it_says_so(shop: Shop) -> None:
    shop.pair("platform", "0003_u", "CREATE TABLE u (id int);\n")
    shop.apply()
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    assert refusals(shop) == [
        (
            "late: 0002_t is not applied, but the higher 0003 is / give it the next free number, or, when it may run"
            " late, write: -- sqlmig: out-of-order REASON"
        )
    ]
    shop.pair("platform", "0002_t", "-- sqlmig: out-of-order merged from the 2.4 branch\nCREATE TABLE t (id int);\n")
    assert shop.apply().exit_status == 0
    assert shop.versions("core") == [1, 2, 3]


def test_a_database_that_is_ahead_of_the_files_is_left_alone(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.apply()
    shop.write({"sql/platform/0002_t.up.sql": None, "sql/platform/0002_t.down.sql": None})
    (said,) = refusals(shop)
    assert said.startswith("ahead: platform 0002_t is applied, but these files end at 0001")
    assert shop.project().status().targets[0].standing.value == "ahead"


def test_an_error_in_statement_3_of_5_leaves_nothing_of_the_five(shop: Shop) -> None:
    shop.pair(
        "platform",
        "0002_five",
        "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n"
        "CREATE TABLE c (id int,\n    other missing_type);\nCREATE TABLE d (id int);\nCREATE TABLE e (id int);\n",
    )
    found = failure(shop)
    assert found.message == '0002_five failed in core, statement 3 of 5: type "missing_type" does not exist'
    assert str(found.place) == "sql/platform/0002_five.up.sql:4:11"
    assert found.place is not None
    assert found.place.caret().endswith("    other missing_type);\n              ^")
    assert found.state == "the transaction was rolled back: nothing of this file is in the database"
    assert found.next == "correct the file; then run `sqlmig apply --platform` again"
    assert shop.tables("core") == ["tenants"]
    assert shop.sql("SELECT outcome, sqlstate FROM sqlmig.log ORDER BY id") == [("done", None), ("failed", "42704")]


def test_an_error_is_placed_in_the_template_through_loops_and_macros(shop: Shop) -> None:
    shop.write({"sql/macros/m.sql": "{% macro col(name) %}\n  {{ name }} nosuchtype\n{% endmacro %}"})
    shop.pair(
        "platform",
        "0002_t",
        "{% from 'm.sql' import col %}\n{% for t in ['x', 'y'] %}\nCREATE TABLE {{ t }} (id int);\n{% endfor %}\n"
        "CREATE TABLE z (\n{{ col('a') }});\n",
    )
    found = failure(shop)
    assert str(found.place) == "sql/macros/m.sql:2:14"


def test_an_error_inside_of_a_function_body_names_the_statement(shop: Shop) -> None:
    shop.pair("platform", "0002_f", "SELECT 1;\nDO $$ BEGIN\n  PERFORM 1/0;\nEND $$;\n")
    found = failure(shop)
    assert "division by zero" in found.message
    assert found.place is not None
    assert found.place.file == "sql/platform/0002_f.up.sql"


def test_a_verify_file_that_returns_a_row_rolls_the_migration_back(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t AS SELECT 7 AS id;\n")
    shop.write({"sql/platform/0002_t.verify.sql": "SELECT 'fine' WHERE false;\n\nSELECT id, 'left' FROM t;\n"})
    found = failure(shop)
    assert found.message == "0002_t did not verify in core: a row came back: (7, 'left')"
    assert str(found.place) == "sql/platform/0002_t.verify.sql:3:1"
    assert shop.tables("core") == ["tenants"]


def test_a_verify_file_that_fails_rolls_the_migration_back(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.write({"sql/platform/0002_t.verify.sql": "SELECT nope FROM t;\n"})
    found = failure(shop)
    assert found.message == '0002_t did not verify in core: column "nope" does not exist'
    assert str(found.place) == "sql/platform/0002_t.verify.sql:1:8"
    assert shop.tables("core") == ["tenants"]


def test_a_deferred_constraint_is_an_error_of_its_file_and_not_of_the_next(shop: Shop) -> None:
    shop.pair(
        "platform",
        "0002_t",
        "CREATE TABLE p (id int PRIMARY KEY);\n"
        "CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1);\n",
    )
    found = failure(shop)
    assert "violates foreign key constraint" in found.message
    assert str(found.place) == "sql/platform/0002_t.up.sql"
    assert shop.tables("core") == ["tenants"]


def test_files_that_render_to_nothing_run_as_nothing(shop: Shop) -> None:
    shop.pair("platform", "0002_empty", "", "")
    shop.pair("platform", "0003_comment", "-- nothing yet\n", "/* nothing */")
    shop.pair("platform", "0004_template", "{% if vars.greeting == 'bye' %}SELECT 1;{% endif %}\n")
    shop.pair("platform", "0005_semicolons", ";;\n;")
    assert shop.apply().exit_status == 0
    assert shop.versions("core") == [1, 2, 3, 4, 5]


def test_a_server_that_only_reads_is_said_before_anything_runs(shop: Shop, role: Callable[..., Role]) -> None:
    made = role("SUPERUSER")
    shop.sql(f"ALTER ROLE {made.name} SET default_transaction_read_only = on")
    with pytest.raises(ConnectionFailed) as caught:
        type(shop)(shop.folder, made.url, shop.connection).apply()
    assert str(caught.value) == ("the server only reads\n  state: nothing was changed\n  next: connect to the primary")


def test_a_role_without_the_right_to_create_is_told_what_to_grant(shop: Shop, role: Callable[..., Role]) -> None:
    made = role()
    with pytest.raises(ConnectionFailed) as caught:
        type(shop)(shop.folder, made.url, shop.connection).apply()
    assert "the role may not create the history: permission denied for database" in str(caught.value)
    assert 'CREATE SCHEMA "sqlmig" AUTHORIZATION the_role;' in str(caught.value)


def test_a_role_that_may_not_look_into_the_history_is_told_who_says_what_it_needs(
    shop: Shop, role: Callable[..., Role]
) -> None:
    shop.apply()
    with pytest.raises(SqlmigError) as caught:
        type(shop)(shop.folder, role().url, shop.connection).project().runs()
    assert str(caught.value) == (
        "the server refused: permission denied for schema sqlmig\n"
        "  next: let the role do it: `sqlmig grants` prints what the role that runs sqlmig needs"
    )
    assert caught.value.exit_status == 2


def test_a_right_that_is_missing_later_is_named_at_its_statement(shop: Shop, role: Callable[..., Role]) -> None:
    shop.with_tenants()
    made = role()
    for schema in ("sqlmig", "core"):
        shop.sql(f"GRANT USAGE ON SCHEMA {schema} TO {made.name}")
        shop.sql(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {made.name}")
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    found = failure(type(shop)(shop.folder, made.url, shop.connection))
    assert "permission denied for schema core" in found.message
    assert found.next.startswith("grant the right to the role that migrates, or connect as another one")


def test_no_server_is_said_with_what_to_do(shop: Shop) -> None:
    nowhere = type(shop)(shop.folder, "postgresql://127.0.0.1:1/none", shop.connection)
    with pytest.raises(ConnectionFailed) as caught:
        nowhere.apply()
    assert "start the server, or correct host and port; `sqlmig wait` waits for it" in str(caught.value)


def test_a_database_that_does_not_exist_is_said(shop: Shop, server: Server) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        type(shop)(shop.folder, server.database_url("no_such_database"), shop.connection).apply()
    assert "create the database, or correct its name" in str(caught.value)


def test_a_history_of_a_newer_sqlmig_is_left_alone(shop: Shop) -> None:
    shop.apply()
    shop.sql("UPDATE sqlmig.format SET version = 99")
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    with pytest.raises(Refused) as caught:
        shop.apply()
    assert "the history in schema sqlmig has format 99, this sqlmig knows 3" in str(caught.value)
    assert "upgrade sqlmig" in str(caught.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 1", "the registry's query returns no column 'slug'; it returns: ?column?"),
        ("SELECT slug FROM core.tenants", "the registry's query returns no column 'schema'; it returns: slug"),
        ("SELEC slug FROM core.tenants", 'the registry\'s query fails: syntax error at or near "SELEC"'),
        ("SELECT nope FROM core.tenants", 'the registry\'s query fails: column "nope" does not exist'),
        ("SELECT slug, id AS schema FROM core.tenants", "the registry gives 1 as a schema; it must be text"),
        ("SELECT slug, NULL::text AS schema FROM core.tenants", "the registry gives None as a schema; it must be text"),
        (
            "SELECT slug, schema_name AS schema, 5 AS id FROM core.tenants",
            "tenants acme and globex have the same id 5",
        ),
        ("SELECT slug, 'same' AS schema FROM core.tenants", 'schema "same" is already that of tenant "acme"'),
    ],
)
def test_a_registry_that_cannot_be_used_says_why(shop: Shop, query: str, said: str) -> None:
    shop.with_tenants("acme", "globex")
    config = (shop.folder / "sqlmig.yaml").read_text()
    old = next(line for line in config.splitlines() if line.strip().startswith("query:"))
    shop.write({"sqlmig.yaml": config.replace(old, f"  query: {query}")})
    with pytest.raises(ConfigError) as caught:
        shop.apply()
    assert said in str(caught.value)
    assert "sqlmig.yaml:" in str(caught.value)


def test_a_registry_query_that_writes_is_refused_by_the_server(shop: Shop) -> None:
    shop.with_tenants("acme")
    config = (shop.folder / "sqlmig.yaml").read_text()
    old = next(line for line in config.splitlines() if line.strip().startswith("query:"))
    query = "DELETE FROM core.tenants RETURNING slug, schema_name AS schema"
    shop.write({"sqlmig.yaml": config.replace(old, f"  query: {query}")})
    with pytest.raises(ConfigError, match="cannot execute DELETE in a read-only transaction"):
        shop.apply()
    assert shop.one("SELECT count(*) FROM core.tenants") == 1


def test_a_missing_requirement_names_the_migration_and_the_command(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("platform", "0002_later", "CREATE TABLE later (id int);\n")
    shop.pair("tenant", "0002_needs", "-- sqlmig: requires platform 0002\nSELECT 1;\n")
    with pytest.raises(PlanRefused) as caught:
        shop.apply("tenant_acme")
    assert "0002_needs requires platform 0002, which is not applied" in str(caught.value)
    assert "sqlmig apply --platform" in str(caught.value)
    assert shop.apply().exit_status == 0


def test_problems_of_many_files_come_together(shop: Shop) -> None:
    shop.write({"sql/platform/0001_twice.up.sql": "SELECT 1;", "sql/platform/0003_x.down.sql": "SELECT 1;"})
    shop.write({"sql/platform/notes.sql": "SELECT 1;"})
    with pytest.raises(ProjectError) as caught:
        shop.apply()
    assert len(caught.value.problems) == 3


def test_a_thousand_migrations_are_planned_and_applied(shop: Shop) -> None:
    for number in range(2, 1001):
        shop.pair("platform", f"{number:04d}_m", f"CREATE DOMAIN d{number} AS int;\n", f"DROP DOMAIN d{number};\n")
    plan: Plan = shop.project().plan()
    assert len(plan.steps) == 1000
    result = shop.apply()
    assert result.exit_status == 0
    assert shop.one("SELECT max(head) FROM sqlmig.target") == 1000
    assert shop.apply().run_id is None


def test_every_refusal_and_failure_is_an_error_of_sqlmig(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": "tracks: {p: {path: sql/none, scope: shared, schema: core}}\n"})
    with pytest.raises(SqlmigError):
        shop.project()
