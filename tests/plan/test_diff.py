"""What reviewers read: the rendered SQL of two states of a project, side by side."""

from __future__ import annotations

from dataclasses import replace

from planning import migration, project, repeatable, script, shared_track, tenant_track
from sqlmig.plan.diff import Change, diff_of
from sqlmig.project.templates import Templates

ONE, TWO = migration(1), migration(2)


def changes(before, now):
    return [(file.change, file.path) for file in diff_of(before, now, "main").files]


def test_files_that_say_the_same_are_not_shown():
    before = project(tenant_track(ONE, TWO))
    now = project(tenant_track(ONE, replace(TWO, up=replace(TWO.up, checksum="other"))))
    assert diff_of(before, now, "main").files == ()


def test_a_changed_file_is_shown_as_it_is_rendered():
    before = project(tenant_track(migration(1, "CREATE TABLE t (\n  {{ schema }} int\n);\n")))
    now = project(tenant_track(migration(1, "CREATE TABLE t (\n  {{ schema }} bigint\n);\n")))
    [file] = diff_of(before, now, "main").files
    assert (file.path, file.track, file.change) == ("sql/tenant/0001_m.up.sql", "tenant", Change.CHANGED)
    assert file.unified == (
        "--- sql/tenant/0001_m.up.sql (main)\n"
        "+++ sql/tenant/0001_m.up.sql\n"
        "@@ -1,3 +1,3 @@\n"
        " CREATE TABLE t (\n"
        "-  tenant_example int\n"
        "+  tenant_example bigint\n"
        " );\n"
    )


def test_a_new_file_is_shown_whole_and_a_deleted_one_too():
    long = "".join(f"SELECT {n};\n" for n in range(20))
    [added, _] = diff_of(project(tenant_track()), project(tenant_track(migration(1, long))), "main").files
    assert added.change is Change.ADDED
    assert added.unified.startswith("--- /dev/null\n+++ sql/tenant/0001_m.up.sql\n@@ -0,0 +1,20 @@\n+SELECT 0;\n")
    assert added.unified.count("\n+SELECT") == 20
    [deleted, _] = diff_of(project(tenant_track(migration(1, long))), project(tenant_track()), "main").files
    assert deleted.change is Change.DELETED
    assert deleted.unified.startswith(
        "--- sql/tenant/0001_m.up.sql (main)\n+++ /dev/null\n@@ -1,20 +0,0 @@\n-SELECT 0;\n"
    )


def test_a_project_that_was_not_there_yet_is_all_new():
    now = project(shared_track(migration(1, track="platform")), tenant_track(ONE))
    assert changes(None, now) == [
        (Change.ADDED, "sql/platform/0001_m.up.sql"),
        (Change.ADDED, "sql/platform/0001_m.down.sql"),
        (Change.ADDED, "sql/tenant/0001_m.up.sql"),
        (Change.ADDED, "sql/tenant/0001_m.down.sql"),
    ]


def test_files_come_in_the_order_in_which_they_run_with_their_verify_and_down_files():
    view = repeatable("view", down="DROP VIEW view;")
    now = project(tenant_track(migration(1, verify="SELECT 1;"), migration(10, down=None), repeatables=[view]))
    assert [path for _, path in changes(None, now)] == [
        "sql/tenant/0001_m.up.sql",
        "sql/tenant/0001_m.verify.sql",
        "sql/tenant/0001_m.down.sql",
        "sql/tenant/0010_m.up.sql",
        "sql/tenant/repeatable/view.sql",
        "sql/tenant/repeatable/view.down.sql",
    ]


def test_a_renamed_file_is_gone_under_one_name_and_new_under_the_other():
    moved = migration(1, name="other", down=None)
    before, now = project(tenant_track(migration(1, down=None))), project(tenant_track(moved))
    assert sorted(changes(before, now), key=lambda change: change[1]) == [
        (Change.DELETED, "sql/tenant/0001_m.up.sql"),
        (Change.ADDED, "sql/tenant/0001_other.up.sql"),
    ]


def test_a_change_in_a_macro_shows_in_every_file_that_it_changes():
    text = "{% from 'm.sql' import x %}\n{{ x() }}\n"
    track = tenant_track(migration(1, text, down=None), migration(2, down=None))

    def files(said):
        return project(track, templates=Templates({"m.sql": f"{{% macro x() %}}{said}{{% endmacro %}}"}))

    [file] = diff_of(files("then"), files("now"), "main").files
    assert file.unified.splitlines()[-2:] == ["-then", "+now"]


def test_a_template_that_needs_columns_of_the_registry_is_compared_as_it_is_written():
    before = project(tenant_track(migration(1, "SELECT {{ tenant.tier }}, 1;", None)))
    now = project(tenant_track(migration(1, "SELECT {{ tenant.tier }}, 2;", None)))
    [file] = diff_of(before, now, "main").files
    assert file.unified.splitlines()[-2:] == ["-SELECT {{ tenant.tier }}, 1;", "+SELECT {{ tenant.tier }}, 2;"]


def test_when_one_side_cannot_be_rendered_both_are_shown_as_written():
    before = project(tenant_track(migration(1, "SELECT '{{ schema }}';\nSELECT 1;", None)))
    now = project(tenant_track(migration(1, "SELECT '{{ schema }}';\nSELECT '{{ tenant.tier }}';", None)))
    [file] = diff_of(before, now, "main").files
    assert file.unified.splitlines()[3:] == [" SELECT '{{ schema }}';", "-SELECT 1;", "+SELECT '{{ tenant.tier }}';"]


def test_a_shared_track_is_rendered_for_its_own_schema():
    track = shared_track(replace(migration(1, track="platform"), up=script("a.up.sql", "-- {{ schema }}"), down=None))
    [file] = diff_of(None, project(track), "main").files
    assert file.unified.endswith("+-- core\n")
