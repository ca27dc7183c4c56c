"""Which rights follow from what files do: statements for an administrator, and what those cannot give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlmig.errors import Place
from sqlmig.plan import granting
from sqlmig.plan.asking import Asked, When
from sqlmig.plan.grants import Grants, grants_of
from sqlmig.project.config.backup import BackupConfig
from sqlmig.project.config.lint import LintConfig
from sqlmig.project.config.values import ApplyConfig, Config, RegistryConfig, TrackConfig
from sqlmig.project.model import Scope
from sqlmig.secret import Secret
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import split

PLATFORM = TrackConfig("platform", "sql/platform", Scope.SHARED, "core")
TENANT = TrackConfig("tenant", "sql/tenant", Scope.TENANT)
LETS_IN = "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_x GRANT SELECT ON TABLES TO app;"


def config(*tracks: TrackConfig, **changes: object) -> Config:
    return Config(
        Path("nowhere"),
        "sqlmig.yaml",
        None,
        tracks=tracks or (PLATFORM, TENANT),
        tenants=RegistryConfig(query="SELECT 1"),
        **changes,  # type: ignore[arg-type]
    )


def asked(
    text: str,
    when: When = When.ALWAYS,
    scope: Scope = Scope.SHARED,
    run_as: str | None = None,
    mentions: tuple[str, ...] = (),
) -> Iterator[Asked]:
    """What statements do, each in a line of its own of one file."""
    home = "core" if scope is Scope.SHARED else "tenant_x"
    for statement in split(text):
        place = Place("f.sql", statement.number)
        for operation in parse(statement):
            yield Asked(operation, place, scope, home, run_as, when, frozenset(mentions))


def granted(
    *statements: Asked, of: Config | None = None, application: str | None = "app", tenants: str = LETS_IN
) -> Grants:
    """What follows for the roles mig and app, from files that let the application into the schemas of tenants."""
    common = asked(tenants, scope=Scope.TENANT)
    return grants_of(of or config(lint=LintConfig(app_roles=("app",))), [*statements, *common], "mig", application)


def sql(grants: Grants) -> str:
    return "\n".join(one.sql for one in grants.statements)


def test_the_migration_role_connects_makes_tenants_and_owns_what_the_project_has() -> None:
    text = sql(granted())
    assert "CREATE ROLE mig LOGIN;" in text
    assert "'GRANT CONNECT, CREATE ON DATABASE %I TO %I', pg_catalog.current_database(), 'mig'" in text
    assert "CREATE SCHEMA IF NOT EXISTS sqlmig AUTHORIZATION mig;" in text
    assert "CREATE SCHEMA IF NOT EXISTS core AUTHORIZATION mig;" in text
    assert "PASSWORD" not in text
    assert granted().notes == ()


def test_without_tenants_and_extensions_nobody_needs_to_make_schemas() -> None:
    text = sql(granted(of=config(PLATFORM)))
    assert "'GRANT CONNECT ON DATABASE %I TO %I', pg_catalog.current_database(), 'mig'" in text
    assert "GRANT CONNECT, CREATE" not in text
    assert "GRANT app TO mig" not in text


def test_the_application_connects_and_has_the_rest_from_files() -> None:
    found = granted(
        *asked("GRANT SELECT, UPDATE ON plans TO app; GRANT ALL ON plans TO other; REVOKE ALL ON x FROM app")
    )
    assert "CREATE ROLE app LOGIN;" in sql(found)
    assert "'GRANT CONNECT ON DATABASE %I TO %I', pg_catalog.current_database(), 'app'" in sql(found)
    assert [(str(one.place), one.words) for one in found.by_files] == [
        ("f.sql:1", "SELECT, UPDATE on table plans"),
        ("f.sql:1", "SELECT on every table to come in the tenant's schema"),
    ]


def test_what_tenants_see_besides_their_schema_is_usable_and_no_more() -> None:
    text = sql(granted(of=config(search_path=("extensions", "core"))))
    assert "CREATE SCHEMA IF NOT EXISTS extensions;\nGRANT USAGE ON SCHEMA extensions TO mig, app;" in text
    assert "\nGRANT USAGE ON SCHEMA core TO app;" in text


def test_a_role_that_a_file_makes_where_it_is_missing_is_made_before_with_its_options() -> None:
    text = sql(granted(*asked("CREATE ROLE app NOLOGIN NOINHERIT; CREATE ROLE ops PASSWORD 'x'", When.PERHAPS)))
    assert "CREATE ROLE app NOLOGIN NOINHERIT;" in text
    assert "CREATE ROLE ops;" in text
    assert "LOGIN" not in text.replace("CREATE ROLE mig LOGIN", "").replace("CREATE ROLE app NOLOGIN", "")
    assert "CREATEROLE;" not in text


def test_a_role_that_a_file_makes_whatever_there_is_takes_createrole() -> None:
    found = granted(*asked("CREATE ROLE app LOGIN"))
    assert "ALTER ROLE mig CREATEROLE;" in sql(found)
    assert "rolcreaterole AND rolname <> 'mig'" in sql(found)
    assert " app" not in sql(found).replace("apply", "")
    assert found.notes == ("a file makes app: run this again when it is there, for its right to connect",)


EXTENSIONS = {
    "where it is missing": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions",
        When.ALWAYS,
        "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;",
        (),
    ),
    "without a schema": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        When.ALWAYS,
        "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;",
        (),
    ),
    "under a condition": (
        "CREATE EXTENSION vector",
        When.PERHAPS,
        (
            "    IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'vector') THEN\n"
            "        CREATE EXTENSION IF NOT EXISTS vector SCHEMA extensions;"
        ),
        (),
    ),
    "trusted, whatever there is": ("CREATE EXTENSION hstore", When.ALWAYS, None, ()),
    "not trusted, whatever there is": (
        "CREATE EXTENSION postgis",
        When.ALWAYS,
        None,
        (
            (
                "f.sql:1 makes extension postgis, for which most servers want a superuser: write IF NOT EXISTS, and it"
                " is made here"
            ),
        ),
    ),
}


@pytest.mark.parametrize(("text", "when", "made", "notes"), EXTENSIONS.values(), ids=EXTENSIONS.keys())
def test_an_extension(text: str, when: When, made: str | None, notes: tuple[str, ...]) -> None:
    found = granted(*asked(text, when), of=config(PLATFORM, search_path=("extensions",)))
    assert (made in sql(found)) if made is not None else ("CREATE EXTENSION" not in sql(found))
    assert found.notes == notes
    # What is made anew takes CREATE on the database, which a trusted extension is content with.
    assert ("GRANT CONNECT, CREATE" in sql(found)) is (made is None)


ACTS_FOR = {
    "SET ROLE": "SET LOCAL ROLE boss",
    "OWNER TO": "ALTER TABLE t OWNER TO boss",
    "AUTHORIZATION": "CREATE SCHEMA IF NOT EXISTS x AUTHORIZATION boss",
    "default privileges for a role": "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT SELECT ON TABLES TO app",
    "REASSIGN OWNED": "REASSIGN OWNED BY mig TO boss",
}


@pytest.mark.parametrize("text", ACTS_FOR.values(), ids=ACTS_FOR.keys())
def test_who_acts_for_a_role_becomes_its_member(text: str) -> None:
    given = [one for one in granted(*asked(text)).statements if one.sql == granting.join("boss", "mig")]
    assert [one.why for one in given] == ["f.sql:1 acts for boss."]


@pytest.mark.parametrize("text", ["SET ROLE NONE", "RESET ROLE", "ALTER TABLE t OWNER TO CURRENT_USER"])
def test_who_acts_for_itself_needs_nothing(text: str) -> None:
    assert sql(granted(*asked(text))) == sql(granted())


def test_temporary_tables_take_a_right_that_nobody_has_otherwise() -> None:
    assert "TEMPORARY ON DATABASE %I TO" not in sql(granted())
    found = granted(*asked("CREATE TEMP TABLE x ()"))
    assert "'GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I'" in sql(found)


RUN_AS = TrackConfig("tenant", "sql/tenant", Scope.TENANT, None, "owner")


def test_a_track_that_runs_as_a_role_has_its_role_made_and_the_migration_role_in_it() -> None:
    tracks = (TrackConfig("platform", "sql/platform", Scope.SHARED, "core", "owner"), RUN_AS)
    text = sql(granted(of=config(*tracks, search_path=("extensions",))))
    assert "CREATE ROLE owner NOLOGIN;" in text
    assert granting.join("owner", "mig") in text
    assert "CREATE SCHEMA IF NOT EXISTS core AUTHORIZATION owner;" in text
    assert "CREATE SCHEMA IF NOT EXISTS sqlmig AUTHORIZATION mig;" in text
    assert "GRANT USAGE ON SCHEMA extensions TO mig, owner, app;" in text
    assert "'GRANT %I TO %I', 'owner', current_user" in text


def test_a_tenants_owner_that_names_the_platform_may_read_it_and_refer_to_it() -> None:
    naming = asked("SELECT 1", scope=Scope.TENANT, run_as="owner", mentions=("core", "t", "sqlmig"))
    text = sql(granted(*naming, of=config(PLATFORM, RUN_AS)))
    assert "GRANT USAGE ON SCHEMA core TO owner;" in text
    assert "FOR ROLE mig IN SCHEMA core\n    GRANT SELECT, REFERENCES ON TABLES TO owner;" in text
    assert "core TO owner" not in sql(granted(of=config(PLATFORM, RUN_AS)))


def test_a_tenants_owner_has_to_be_let_into_the_schemas_of_tenants() -> None:
    lets_in = "CREATE SCHEMA tenant_x AUTHORIZATION owner;"
    for_owner = LETS_IN.replace("PRIVILEGES", "PRIVILEGES FOR ROLE owner")
    assert granted(of=config(PLATFORM, RUN_AS)).notes == (
        (
            "owner may make nothing in the schema of a tenant: write CREATE SCHEMA {{ schema | ident }} AUTHORIZATION"
            " owner into sql/lifecycle/provision.sql"
        ),
        "f.sql:1 counts for what mig makes, and owner makes the tables: write ALTER DEFAULT PRIVILEGES FOR ROLE owner",
    )
    assert granted(of=config(PLATFORM, RUN_AS), tenants=lets_in + for_owner).notes == ()
    granting = "GRANT USAGE, CREATE ON SCHEMA tenant_x TO owner;"
    assert granted(of=config(PLATFORM, RUN_AS), tenants=granting + for_owner).notes == ()


BEYOND = {
    "the server's configuration": (
        "ALTER SYSTEM SET work_mem = '1MB'",
        "changes the server's configuration: only a superuser may",
    ),
    "the database's settings": (
        "ALTER DATABASE d SET work_mem = '1MB'",
        "changes the database's settings: only its owner may",
    ),
    "another role": ("ALTER ROLE app LOGIN", "alters role app: that takes CREATEROLE, and ADMIN on the role"),
    "another role's settings": (
        "ALTER ROLE app SET search_path = x",
        "alters role app: that takes CREATEROLE, and ADMIN on the role",
    ),
    "a role's end": ("DROP ROLE app", "drops a role: that takes CREATEROLE, and ADMIN on the role"),
    "an event trigger": (
        "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()",
        "makes an event trigger: only a superuser may",
    ),
    "the server's files": (
        "COPY t FROM '/tmp/x'",
        "copies from or to the server's own files: that takes a superuser, or pg_read_server_files and its like",
    ),
}


@pytest.mark.parametrize(("text", "note"), BEYOND.values(), ids=BEYOND.keys())
def test_what_no_grant_allows_is_named(text: str, note: str) -> None:
    assert granted(*asked(f"SELECT 1; {text}")).notes == (f"f.sql:2 {note}",)


def test_what_the_files_lack_for_the_application_is_named() -> None:
    assert granted(tenants="").notes == (
        (
            "no file gives app rights in the schemas of tenants: write GRANT USAGE ON SCHEMA and ALTER DEFAULT"
            " PRIVILEGES IN SCHEMA into sql/lifecycle/provision.sql"
        ),
    )
    assert granted(of=config(), application=None).notes == (
        "nothing says which role the application connects as: write tenants.application_role, or --application-role",
    )


def test_an_application_that_has_its_rights_from_a_group_is_put_into_it() -> None:
    found = granted(of=config(lint=LintConfig(app_roles=("app", "more"))), application="web")
    assert f"{granting.join('app', 'web')}\n{granting.join('more', 'web')}" in sql(found)
    assert "CREATE ROLE web LOGIN;" in sql(found)
    assert "CREATE ROLE app NOLOGIN;" in sql(found)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("of", "text", "bypasses"),
    [
        (config(backup=BackupConfig(Secret("backups"))), "ALTER TABLE t FORCE ROW LEVEL SECURITY", True),
        (config(apply=ApplyConfig(backup="canaries")), "ALTER TABLE t FORCE ROW LEVEL SECURITY", True),
        (config(backup=BackupConfig(Secret("backups"))), "ALTER TABLE t ENABLE ROW LEVEL SECURITY", False),
        (config(), "ALTER TABLE t FORCE ROW LEVEL SECURITY", False),
    ],
    ids=["forced, and backups", "forced, and backups of canaries", "not forced", "no backups"],
)
def test_backups_have_to_see_rows_that_are_hidden_from_the_owner(of: Config, text: str, bypasses: bool) -> None:
    found = sql(granted(*asked(text), of=of))
    assert ("ALTER ROLE mig BYPASSRLS;" in found) is bypasses
    assert ("rolbypassrls AND rolname <> 'mig'" in found) is bypasses


def test_a_restore_point_takes_a_right_unless_nobody_wants_one() -> None:
    assert "pg_create_restore_point(text) TO mig;" in sql(granted())
    assert "pg_create_restore_point" not in sql(granted(of=config(apply=ApplyConfig(restore_point=False))))


def test_names_are_quoted_and_cannot_end_a_block() -> None:
    name = "it's $do$; DROP"
    found = grants_of(config(), list(asked(LETS_IN, scope=Scope.TENANT)), name, 'a"b')
    text = sql(found)
    assert 'CREATE ROLE "it\'s $do$; DROP" LOGIN;' in text
    assert "rolname = 'it''s $do$; DROP'" in text
    assert "DO $do_$\nBEGIN\n    IF NOT EXISTS" in text
    assert 'CREATE ROLE "a""b" LOGIN;' in text
