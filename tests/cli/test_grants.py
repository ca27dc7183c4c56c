"""`sqlmig grants`: a script on stdout for whoever administers the server, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

FILES = {
    "sqlmig.yaml": "tracks: {main: {path: sql/main, scope: shared, schema: app}}\nlint: {app_roles: [web]}\n",
    "sql/main/0001_a.up.sql": "CREATE TABLE a ();\nGRANT SELECT ON a TO web;\nALTER SYSTEM SET work_mem = '1MB';\n",
    "sql/main/0001_a.down.sql": "DROP TABLE a;\n",
}
END = """\
-- Whatever else web may do, the files say when they run:
--   sql/main/0001_a.up.sql:2: SELECT on table a

-- What this script cannot do:
--   sql/main/0001_a.up.sql:3 changes the server's configuration: only a superuser may
"""


def test_the_script_says_why_and_what_it_cannot_do(
    offline: Call, project: Callable[[Mapping[str, str | bytes]], Path]
) -> None:
    project(FILES)
    answer = offline("grants")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("-- What sqlmig and the application may do, and no more: written by `sqlmig grants`")
    assert "\n        CREATE ROLE sqlmig LOGIN;\n" in answer.out
    assert answer.out.endswith(END)
    assert max(map(len, answer.out.splitlines())) <= 120


def test_both_roles_can_be_named(offline: Call, project: Callable[[Mapping[str, str | bytes]], Path]) -> None:
    project(FILES)
    answer = offline("grants", "--migration-role", "boss", "--application-role", "shop", "--format", "json")
    document = answer.json
    assert (document["format"], document["migration_role"], document["application_role"]) == (
        "sqlmig.grants/1",
        "boss",
        "shop",
    )
    assert any("GRANT web TO shop WITH INHERIT TRUE, SET TRUE" in one["sql"] for one in document["statements"])
    assert document["by_files"] == [{"grant": "SELECT on table a", "file": "sql/main/0001_a.up.sql", "line": 2}]
    assert len(document["notes"]) == 1


def test_one_role_cannot_be_both(offline: Call, project: Callable[[Mapping[str, str | bytes]], Path]) -> None:
    project(FILES)
    answer = offline("grants", "--migration-role", "web")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "sqlmig: error: sqlmig and the application cannot both be web: who owns the tables may do everything to them\n"
        "  next: give two roles, with --migration-role and --application-role\n"
    )


def test_a_file_that_cannot_be_rendered_is_named(
    offline: Call, project: Callable[[Mapping[str, str | bytes]], Path]
) -> None:
    project(FILES | {"sql/main/0001_a.up.sql": "SELECT {{ vars.x }};\n"})
    answer = offline("grants")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("sqlmig: error: sql/main/0001_a.up.sql:1: sqlmig.yaml has no variable")


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--migration-role", "pg_boss", 'role "pg_boss" begins with pg_, which PostgreSQL reserves for itself'),
        ("--migration-role", "public", "no role can be called public: PostgreSQL reserves the name"),
        ("--application-role", "none", "no role can be called none: PostgreSQL reserves the name"),
        (
            "--application-role",
            "a" * 64,
            f'role "{"a" * 64}" is 64 bytes long; PostgreSQL cuts names after 63 bytes',
        ),
    ],
    ids=["reserved prefix", "everybody", "nobody", "too long"],
)
def test_a_role_that_the_server_refuses_is_refused_here(
    offline: Call, project: Callable[[Mapping[str, str | bytes]], Path], option: str, name: str, said: str
) -> None:
    project(FILES)
    answer = offline("grants", option, name)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == f"sqlmig: error: {said}\n  next: give another role with {option}\n"


def test_a_role_that_only_looks_reserved_is_none(
    offline: Call, project: Callable[[Mapping[str, str | bytes]], Path]
) -> None:
    project(FILES)
    assert offline("grants", "--migration-role", "PUBLIC", "--application-role", "page_boss").status == 0
