"""A project read whole: from its folder to tracks, macros, lifecycle files and the names in scope."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.errors import Problem, ProjectError
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles, load_files, read_files
from sqlmig.project.model import Direction, Directives, Migration, Scope, Script, Tenant, Track

YAML = """\
tracks:
  tenant: {path: sql/tenant, scope: tenant}
  platform: {path: sql/platform, scope: shared, schema: core}
tenants: {query: SELECT 1}
variables: {app_role: app}
environments: {demo: {}}
"""
FILES = {
    "sqlmig.yaml": YAML,
    "sql/platform/0001_a.up.sql": "SELECT 1;",
    "sql/tenant/0001_a.up.sql": "-- sqlmig: requires platform 1\n{% from 'm.sql' import x %}{{ x() }}",
    "sql/tenant/0001_a.down.sql": "SELECT 1;",
    "sql/macros/m.sql": "{% macro x() %}x{% endmacro %}",
    "sql/lifecycle/seed.sql": "SELECT {{ tenant.slug | literal }};",
}


def write(root: Path, files: dict[str, str]) -> Config:
    for name, text in (FILES | files).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return load_config(root / "sqlmig.yaml", environ={})


def load(root: Path, **files: str) -> ProjectFiles:
    return load_files(write(root, files))


def read(root: Path, **files: str) -> tuple[ProjectFiles, tuple[Problem, ...]]:
    return read_files(write(root, files))


def told(root: Path, **files: str) -> list[str]:
    with pytest.raises(ProjectError) as caught:
        load(root, **files)
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


def test_shared_tracks_come_first_wherever_they_are_written(tmp_path):
    files = load(tmp_path)
    assert [track.name for track in files.tracks] == ["platform", "tenant"]
    assert [track.name for track in files.shared_tracks] == ["platform"]
    assert [track.name for track in files.tenant_tracks] == ["tenant"]
    assert "core" in files.shared_schemas


def test_problems_of_all_tracks_are_told_together(tmp_path):
    broken = {"sql/platform/0002_b.down.sql": "", "sql/tenant/nope.sql": "", "sql/tenant/0003_c.up.sql": "{% if %}"}
    assert told(tmp_path, **broken) == [
        "sql/platform/0002_b.down.sql: has no up file",
        "sql/tenant/nope.sql: is no migration's name",
        "sql/tenant/0003_c.up.sql:1: the template cannot be read: Expected an expression, got 'end of statement block'",
    ]


def test_a_requirement_is_checked_once_all_tracks_are_read(tmp_path):
    assert told(tmp_path, **{"sql/tenant/0002_b.up.sql": "-- sqlmig: requires platform 7"}) == [
        "sql/tenant/0002_b.up.sql: requires platform 0007, which has no file"
    ]


def test_a_macro_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "sql" / "macros").mkdir(parents=True)
    (tmp_path / "sql" / "macros" / "bad.sql").write_bytes(b"\xff")
    assert told(tmp_path) == ["sql/macros/bad.sql: is not UTF-8 text: byte 1 cannot be read"]


class TestReadingWhatCanBeRead:
    def test_a_project_in_order_has_no_problems(self, tmp_path):
        files, problems = read(tmp_path)
        assert problems == ()
        assert [m.label for track in files.tracks for m in track.migrations] == ["0001_a", "0001_a"]

    @pytest.mark.parametrize(
        ("name", "text", "left", "blamed"),
        [
            ("sql/tenant/0002_b.up.sql", "-- sqlmig: nope", ["0001_a"], "unknown directive 'nope'"),
            ("sql/tenant/0002_b.up.sql", "{% import 'x.sql' as x %}", ["0001_a"], "no macro file 'x.sql'"),
            ("sql/tenant/0001_b.up.sql", "SELECT 1;", ["0001_a"], "has the number of 0001_a.up.sql"),
            ("sql/tenant/0002_b.down.sql", "SELECT 1;", ["0001_a"], "has no up file"),
            ("sql/tenant/nope.sql", "SELECT 1;", ["0001_a"], "is no migration's name"),
            ("sql/tenant/repeatable/v.sql", "-- sqlmig: nope", ["0001_a"], "unknown directive 'nope'"),
        ],
    )
    def test_a_file_with_a_problem_is_left_out_and_the_others_are_there(self, tmp_path, name, text, left, blamed):
        files, problems = read(tmp_path, **{name: text})
        [problem] = problems
        assert problem.place is not None
        assert problem.place.file == name
        assert problem.message.startswith(blamed)
        tenant = files.tracks[1]
        assert [migration.label for migration in tenant.migrations] == left
        assert tenant.repeatables == ()

    def test_a_broken_down_file_leaves_its_up_file(self, tmp_path):
        files, problems = read(tmp_path, **{"sql/tenant/0001_a.down.sql": "-- sqlmig: nope"})
        assert [str(problem.place) for problem in problems] == ["sql/tenant/0001_a.down.sql:1:12"]
        [migration] = files.tracks[1].migrations
        assert migration.down is None

    def test_a_file_of_another_name_is_no_part_of_a_pair(self, tmp_path):
        files, problems = read(
            tmp_path, **{"sql/tenant/0002_b.up.sql": "SELECT 1;", "sql/tenant/0002_a.down.sql": "SELECT 1;"}
        )
        assert [problem.message for problem in problems] == ["has number 0002, but another name than 0002_b.up.sql"]
        migration = files.tracks[1].migration(2)
        assert migration is not None
        assert (migration.name, migration.down) == ("b", None)

    def test_a_macro_file_that_is_no_text_leaves_the_tracks_without_migrations(self, tmp_path):
        (tmp_path / "sql" / "macros").mkdir(parents=True)
        (tmp_path / "sql" / "macros" / "bad.sql").write_bytes(b"\xff")
        files, problems = read(tmp_path)
        assert [str(problem.place) for problem in problems] == ["sql/macros/bad.sql"]
        assert [(track.name, track.schema, track.migrations) for track in files.tracks] == [
            ("platform", "core", ()),
            ("tenant", None, ()),
        ]

    def test_a_broken_macro_is_told_once_however_many_files_import_it(self, tmp_path):
        files, problems = read(
            tmp_path,
            **{
                "sql/macros/m.sql": "{% macro x( %}",
                "sql/tenant/0002_b.up.sql": "{% from 'm.sql' import x %}{{ x() }}",
            },
        )
        assert [str(problem.place) for problem in problems] == ["sql/macros/m.sql:1"]
        assert files.tracks[1].migrations == ()

    def test_a_requirement_of_a_file_that_is_left_out_is_not_blamed(self, tmp_path):
        _, problems = read(tmp_path, **{"sql/platform/0001_a.up.sql": "-- sqlmig: nope"})
        assert [str(problem.place) for problem in problems] == ["sql/platform/0001_a.up.sql:1:12"]


def test_an_imported_macro_is_part_of_what_a_migration_is_made_of(tmp_path):
    before = load(tmp_path).tracks[1].migrations[0].up
    after = load(tmp_path, **{"sql/macros/m.sql": "{% macro x() %}y{% endmacro %}"}).tracks[1].migrations[0].up
    assert before.text == after.text
    assert before.checksum != after.checksum
    assert list(after.macros) == ["m.sql"]


def test_the_names_in_scope_of_a_tenant_are_its_row_with_the_text_of_its_id(tmp_path):
    tenant = Tenant("7", "acme", "tenant_acme", {"id": 7, "tier": "gold"})
    scope = load(tmp_path).scope("tenant_acme", tenant)
    assert scope == {
        "schema": "tenant_acme",
        "env": "demo",
        "vars": {"app_role": "app"},
        "tenant": {"id": "7", "slug": "acme", "schema": "tenant_acme", "tier": "gold"},
    }


def test_a_shared_track_sees_no_tenant(tmp_path):
    assert "tenant" not in load(tmp_path).scope("core", None)


def test_without_an_environment_its_name_is_empty(tmp_path):
    files = load(tmp_path, **{"sqlmig.yaml": YAML.replace("environments: {demo: {}}\n", "")})
    assert files.scope("core", None)["env"] == ""


def test_a_lifecycle_file_is_read_when_it_is_there(tmp_path):
    files = load(tmp_path)
    seed = files.lifecycle("seed")
    assert seed is not None
    assert seed.path == "sql/lifecycle/seed.sql"
    assert files.lifecycle("register") is None


def test_a_migration_knows_its_files_by_direction_and_a_track_its_migrations_by_version(tmp_path):
    platform, tenant = load(tmp_path).tracks
    [migration] = tenant.migrations
    assert migration.script(Direction.UP) is migration.up
    assert migration.script(Direction.DOWN) is migration.down
    assert platform.migrations[0].script(Direction.DOWN) is None
    assert (tenant.migration(1), tenant.migration(2), tenant.head) == (migration, None, 1)
    assert Track("empty", Scope.SHARED, "sql", "core").head == 0


@pytest.mark.parametrize(
    ("version", "wanted"), [(7, "0007_a"), (12345, "12345_a"), (20240101120000, "20240101120000_a")]
)
def test_a_label_has_at_least_four_digits(version, wanted):
    assert Migration("main", version, "a", Script("a.sql", "", Directives(), "0")).label == wanted
