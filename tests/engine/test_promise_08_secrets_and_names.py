"""Promise 8: a secret never appears in output, logs, history or argv; identifiers are quoted, values are parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commandline import Cli
from servers import Role
from shop import Shop
from sqlmig.errors import ConfigError, ConnectionFailed, SqlmigError, UsageError

SECRET = "s3cr3t-sm1le"


def everything(error: BaseException) -> str:
    """All that a log could show of an error, its causes included."""
    texts = []
    seen: BaseException | None = error
    while seen is not None:
        texts.append(f"{seen!s} {seen!r}")
        seen = seen.__cause__
    return " ".join(texts)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://someone:{SECRET}@127.0.0.1:1/db",
        f"postgresql://127.0.0.1:1/db?user=someone&password={SECRET}",
        f"host=127.0.0.1 port=1 user=someone password={SECRET}",
        f"postgresql://someone:{SECRET}@no.such.host.invalid/db",
        f"postgresql://someone:{SECRET}@127.0.0.1:notaport/db",
        f"postgresql://someone:{SECRET}@127.0.0.1:1/db?no_such_option=1",
    ],
)
def test_promise_08_no_connection_error_shows_the_password(shop: Shop, url: str) -> None:
    with pytest.raises(SqlmigError) as caught:
        type(shop)(shop.folder, url, shop.connection).project().status()
    assert SECRET not in everything(caught.value)
    assert isinstance(caught.value, ConnectionFailed | ConfigError)


def test_promise_08_a_wrong_password_is_said_without_it(shop: Shop, role: Callable[..., Role]) -> None:
    made = role()
    url = made.url.replace(made.password, SECRET)
    with pytest.raises(ConnectionFailed) as caught:
        type(shop)(shop.folder, url, shop.connection).project().apply()
    assert f'password authentication failed for user "{made.name}"' in str(caught.value)
    assert "check the user and the password" in str(caught.value)
    assert SECRET not in everything(caught.value)


def test_promise_08_neither_process_list_nor_history_nor_output_has_the_url(
    shop: Shop, cli: Cli, role: Callable[..., Role]
) -> None:
    made = role("SUPERUSER")
    shop.pair("platform", "0002_slow", "SELECT pg_sleep(1.5);\n")
    with cli.start("-v", "apply", cwd=shop.folder, env={"SQLMIG_DATABASE_URL": made.url}) as process:
        argv = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    history = json.dumps(shop.sql("SELECT to_jsonb(r) FROM sqlmig.run r")) + json.dumps(
        shop.sql("SELECT to_jsonb(l) FROM sqlmig.log l")
    )
    for text in (argv, out, err, history):
        assert made.password not in text


NAMES = [
    "CamelCase",
    "with space",
    'quo"te',
    "semi;colon",
    "per%cent",
    "per%(s)s",
    "dash-ed",
    "ünï-🎉",
    "a.b",
    "it's",
    "select",
]


@pytest.mark.parametrize("schema", NAMES)
def test_promise_08_any_legal_schema_name_is_quoted_everywhere(shop: Shop, schema: str) -> None:
    shop.with_tenants()
    project = shop.project()
    project.create_tenant("odd", values={"schema": schema})
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n", "DROP TABLE t;\n")
    shop.pair(
        "tenant", "0003_i", "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY i ON t (id);\n", "DROP INDEX i;\n"
    )
    assert shop.apply().exit_status == 0
    assert shop.versions(schema) == [1, 2, 3]
    assert shop.tables(schema) == ["deals", "t"]
    assert shop.project().rollback(schemas=[schema], to=1).exit_status == 0
    assert shop.tables(schema) == ["deals"]
    assert shop.project().status().targets[-1].target.schema == schema


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("pg_mine", "pg_"),
        ("core", "shared by all tenants"),
        ("sqlmig", "shared by all tenants"),
        ("public", "everybody's"),
        ("x" * 64, "64 bytes"),
        ("ü" * 35, "70 bytes"),
    ],
)
def test_promise_08_schema_names_that_postgresql_would_bend_are_refused(shop: Shop, schema: str, said: str) -> None:
    shop.with_tenants()
    with pytest.raises(UsageError) as caught:
        shop.project().create_tenant("odd", values={"schema": schema})
    assert said in str(caught.value)
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('odd', %s)", schema)
    with pytest.raises(ConfigError) as by_registry:
        shop.apply()
    assert said in str(by_registry.value)


def test_promise_08_values_of_the_registry_and_of_set_are_data(shop: Shop) -> None:
    shop.with_tenants()
    shop.write(
        {"sql/lifecycle/seed.sql": "CREATE TABLE {{ schema | ident }}.note AS SELECT {{ tenant.note | literal }} AS n;"}
    )
    shop.write(
        {
            "sql/lifecycle/register.sql": (
                "ALTER TABLE core.tenants ADD note text;"
                "INSERT INTO core.tenants (slug, schema_name, note)"
                " VALUES ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.note | literal }});"
            )
        }
    )
    shop.write({"sqlmig.yaml": (shop.folder / "sqlmig.yaml").read_text().replace("tier FROM", "tier, note FROM")})
    shop.sql("ALTER TABLE core.tenants ADD note text")
    shop.write(
        {
            "sql/lifecycle/register.sql": (
                "INSERT INTO core.tenants (slug, schema_name, note)"
                " VALUES ({{ tenant.slug | literal }}, {{ schema | literal }}, {{ tenant.note | literal }});"
            )
        }
    )
    note = "'); DROP TABLE core.tenants; -- \\ %s {{ 1 }}"
    shop.project().create_tenant("odd", values={"note": note})
    assert shop.one("SELECT n FROM tenant_odd.note") == note
