"""What is judged, on which schema, and where what is found is said to be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.rule import Inside, file_rule, pair_rule, rule, track_rule
from sqlmig.lint.run import Linted, Wanted
from sqlmig.lint.values import Flag
from sqlmig.lint.wholes import PairContext, TrackContext
from sqlmig.project.git import Change, ChangedFile, ChangedFiles
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Delete
from sqlmig.sql.operations.tables import CreateTable

UP, DOWN = "sql/tenant/0002_migration.up.sql", "sql/tenant/0002_migration.down.sql"
EARLIER, PLATFORM = "sql/tenant/0001_earlier.up.sql", "sql/platform/0001_platform.up.sql"


@file_rule()
def before(file: FileContext) -> Iterator[Flag]:
    """The tables that a file meets."""
    yield Flag(" ".join(sorted(map(str, file.start.tables))))


@rule(Operation)
def run(operation: Operation, context: Context) -> Iterator[Flag]:
    """What the migration runs, and how many tables there are by then."""
    yield Flag(f"{type(operation).__name__} {len(context.before.tables)}")


@rule(Delete, inside=Inside.ALL)
def deletes_anywhere(operation: Delete, context: Context) -> Iterator[Flag]:
    """DELETE, in functions too."""
    yield Flag("deletes")


@rule(Delete)
def deletes_now(operation: Delete, context: Context) -> Iterator[Flag]:
    """DELETE that the migration itself runs."""
    yield Flag("deletes")


@rule(CreateTable)
def makes(operation: CreateTable, context: Context) -> Iterator[Flag]:
    """CREATE TABLE."""
    yield Flag(f"makes {context.before.resolve_new(operation.table)}", at=operation.table.at)


@pair_rule()
def pair(asked: PairContext) -> Iterator[Flag]:
    """An up file with its down file."""
    yield Flag("no down" if asked.down is None else " ".join(sorted(map(str, asked.down.end.tables))) or "nothing")


@track_rule()
def track(asked: TrackContext) -> Iterator[tuple[str, Flag]]:
    """Every file that a track rule is told of."""
    for file in asked.files:
        yield file.path, Flag("edited" if file.edited else "added" if file.added else "as it was")


def said(linted: Linted) -> dict[str, list[str]]:
    """The messages by file."""
    assert not linted.problems
    found: dict[str, list[str]] = {}
    for finding in linted.result.findings:
        found.setdefault(finding.place.file, []).append(finding.message)
    return found


def places(linted: Linted) -> list[tuple[str, int | None, int | None]]:
    assert not linted.problems
    return [(one.place.file, one.place.line, one.place.column) for one in linted.result.findings]


# --- the schema that a file meets ---


def test_a_tenant_track_begins_with_what_the_shared_tracks_leave(linted):
    found = said(
        linted(
            "-- config: search_path: [platform]\n"
            "-- platform\nCREATE TABLE plans ();\n"
            "-- file: sql/platform/0002_more.up.sql\nCREATE TABLE rates (); DROP TABLE plans;\n"
            "-- earlier\nCREATE TABLE deals ();\n-- migration\nSELECT 1;\n",
            before,
        )
    )
    assert found["sql/platform/0002_more.up.sql"] == ["platform.plans"]
    assert found[EARLIER] == ["platform.rates"]
    assert found[UP] == ["platform.rates tenant_acme.deals"]


def test_names_on_a_tenant_track_reach_the_search_path_and_new_ones_land_at_home(linted):
    made = "CREATE TABLE a ();\n"
    text = f"-- config: search_path: [platform]\n-- platform\n{made}-- migration\nDROP TABLE a;\n{made}"
    assert said(linted(text, makes)) == {PLATFORM: ["makes platform.a"], UP: ["makes tenant_acme.a"]}


def test_a_second_tenant_track_begins_with_what_the_first_leaves(linted):
    config = (
        "tracks: {crm: {path: sql/tenant, scope: tenant}, billing: {path: sql/billing, scope: tenant},"
        " late: {path: sql/platform, scope: shared, schema: late}}"
    )
    found = said(
        linted(
            f"-- config: {config}\n-- platform\nCREATE TABLE shared ();\n"
            "-- migration\nCREATE TABLE deals ();\n"
            "-- file: sql/billing/0001_x.up.sql\nSELECT 1;\n",
            before,
        )
    )
    assert found[PLATFORM] == [""]  # shared tracks come first, whatever the order of the configuration
    assert found[UP] == ["late.shared"]
    assert found["sql/billing/0001_x.up.sql"] == ["late.shared tenant_acme.deals"]


def test_a_down_file_begins_where_its_up_file_ends_and_leaves_no_trace(linted):
    found = said(
        linted(
            "-- earlier\nCREATE TABLE a ();\n-- migration\nCREATE TABLE b ();\n-- down\nDROP TABLE b; DROP TABLE a;\n"
            "-- file: sql/tenant/0003_more.up.sql\nSELECT 1;\n",
            before,
            pair,
        )
    )
    assert found[DOWN] == ["tenant_acme.a tenant_acme.b"]
    assert found["sql/tenant/0003_more.up.sql"] == ["tenant_acme.a tenant_acme.b", "no down"]
    assert found[UP] == ["tenant_acme.a", "nothing"]


def test_a_verify_file_begins_where_its_up_file_ends(linted):
    verify = "sql/tenant/0002_migration.verify.sql"
    found = said(linted(f"-- migration\nCREATE TABLE b ();\n-- file: {verify}\nSELECT count(*) FROM b;\n", before))
    assert found[verify] == ["tenant_acme.b"]


def test_repeatables_come_last_each_on_what_those_before_it_leave(linted):
    first, second, way_back = (f"sql/tenant/repeatable/{name}.sql" for name in ("a", "b", "a.down"))
    found = said(
        linted(
            f"-- file: {second}\nCREATE TABLE b ();\n-- file: {first}\nCREATE TABLE a ();\n"
            f"-- file: {way_back}\nDROP TABLE a;\n-- migration\nCREATE TABLE m ();\n",
            before,
        )
    )
    assert found[first] == ["tenant_acme.m"]
    assert found[way_back] == ["tenant_acme.a tenant_acme.m"]
    assert found[second] == ["tenant_acme.a tenant_acme.m"]


def test_each_operation_meets_what_those_before_it_left(linted):
    text = "CREATE TABLE a (); CREATE TABLE b ();\nDO $$ BEGIN CREATE TABLE c (); END $$;\nSELECT 1;\n"
    assert said(linted(text, run))[UP] == ["CreateTable 0", "CreateTable 1", "Do 2", "CreateTable 2", "Select 3"]


def test_what_a_function_would_do_is_not_replayed(linted):
    body = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$;"
    text = f"CREATE TABLE a ();\n{body}\nSELECT 1;\n"
    assert said(linted(text, run))[UP] == ["CreateTable 0", "CreateRoutine 1", "Select 1"]


# --- what is judged ---


def test_only_what_is_wanted_is_judged_on_the_schema_of_all(linted):
    found = linted(
        "-- earlier\nCREATE TABLE a ();\n-- migration\nCREATE TABLE b ();\n-- down\nDROP TABLE b;\n",
        before,
        wanted=Wanted(paths=frozenset({UP})),
    )
    assert said(found) == {UP: ["tenant_acme.a"]}
    assert (found.result.files, found.result.replayed) == (1, 1)


def test_a_down_file_that_is_wanted_alone_is_compared_with_its_up_file(linted):
    text = "-- migration\nCREATE TABLE b ();\n-- down\nDROP TABLE b;\n"
    found = linted(text, before, pair, wanted=Wanted(paths=frozenset({DOWN})))
    assert said(found) == {DOWN: ["tenant_acme.b"], UP: ["nothing"]}
    assert found.result.files == 1


@pytest.mark.parametrize(
    ("paths", "changed", "judges"),
    [
        (None, None, True),
        ({UP}, None, True),
        ({DOWN}, None, False),
        (None, {UP}, True),
        (None, set(), False),
        ({UP}, {DOWN}, False),
        ({UP, DOWN}, {UP}, True),
    ],
)
def test_paths_and_changes_both_have_to_hold(paths, changed, judges):
    assert Wanted(paths, changed).judges(UP) is judges


def test_below_since_is_replayed_only(linted):
    text = "-- earlier\nCREATE TABLE a ();\n-- migration\nCREATE TABLE b ();\n-- platform\nCREATE TABLE p ();\n"
    found = linted(f"-- config: lint: {{since: 2}}\n{text}", before)
    assert said(found) == {UP: ["platform.p tenant_acme.a"]}
    assert (found.result.files, found.result.replayed) == (1, 2)


def test_since_may_be_another_for_each_track(linted):
    text = "-- earlier\nCREATE TABLE a ();\n-- migration\nCREATE TABLE b ();\n-- platform\nCREATE TABLE p ();\n"
    found = said(linted(f"-- config: lint: {{since: {{tenant: 2}}}}\n{text}", before, track))
    assert sorted(found) == [PLATFORM, UP]


def test_what_is_edited_or_added_since_the_base_is_told_to_track_rules(linted, tmp_path):
    text = "-- earlier\nCREATE TABLE a ();\n-- migration\nCREATE TABLE b ();\n-- platform\nCREATE TABLE p ();\n"
    changed = {
        EARLIER: ChangedFile(EARLIER, Change.MODIFIED, before=EARLIER, base_text="CREATE TABLE a (id int);\n"),
        UP: ChangedFile(UP, Change.ADDED),
    }
    base = ChangedFiles(tmp_path, "0" * 40, changed)
    found = linted(text, track, wanted=Wanted(changed=frozenset(changed), base=base))
    assert said(found) == {EARLIER: ["edited"], UP: ["added"]}


@pytest.mark.parametrize("before", ["create table A ( );", "-- said\nCREATE TABLE a ();\n\n", "CREATE TABLE a()"])
def test_another_layout_is_no_edit(linted, tmp_path, before):
    changed = {EARLIER: ChangedFile(EARLIER, Change.MODIFIED, before=EARLIER, base_text=before)}
    wanted = Wanted(changed=frozenset(changed), base=ChangedFiles(tmp_path, "0" * 40, changed))
    assert said(linted("-- earlier\nCREATE TABLE a ();\n", track, wanted=wanted)) == {EARLIER: ["as it was"]}


# --- bodies ---


FUNCTION = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS {quote}\nBEGIN\n    DELETE FROM t;\nEND\n{quote};\n"


def test_a_function_is_looked_into_by_those_rules_only_that_ask_for_it(linted):
    found = linted(FUNCTION.format(quote="$$"), deletes_anywhere, deletes_now)
    assert [finding.rule for finding in found.result.findings] == ["deletes-anywhere"]


def test_a_block_is_looked_into_by_every_rule(linted):
    found = linted("DO $$ BEGIN IF true THEN DELETE FROM t; END IF; END $$;", deletes_anywhere, deletes_now)
    assert [finding.rule for finding in found.result.findings] == ["deletes-anywhere", "deletes-now"]


def test_a_function_that_a_block_makes_runs_later(linted):
    inner = FUNCTION.format(quote="$f$")
    found = linted(f"DO $$ BEGIN\n{inner}END $$;", deletes_anywhere, deletes_now)
    assert [finding.rule for finding in found.result.findings] == ["deletes-anywhere"]


@pytest.mark.parametrize("quote", ["$$", "$body$", "'"])
def test_what_is_found_in_a_body_is_where_it_stands_there(linted, quote):
    assert places(linted(FUNCTION.format(quote=quote), deletes_anywhere)) == [(UP, 3, 5)]


def test_doubled_quotes_and_escapes_do_not_shift_a_place(linted):
    body = "DO E'BEGIN\\n PERFORM \\'a\\', ''b''; DELETE FROM t; END';\n"
    assert places(linted(body, deletes_now)) == [(UP, 1, body.index("DELETE") + 1)]


def test_a_body_inside_a_body_is_placed_in_the_file(linted):
    text = (
        "DO $a$ BEGIN\n  EXECUTE 'DELETE FROM t';\n  EXECUTE $b$ DO $c$ BEGIN DELETE FROM u; END $c$ $b$;\nEND $a$;\n"
    )
    line = text.splitlines()[2]
    assert places(linted(text, deletes_now)) == [(UP, 2, 12), (UP, 3, line.index("DELETE") + 1)]


def test_a_body_of_begin_atomic_is_placed(linted):
    text = "CREATE FUNCTION f() RETURNS void\nBEGIN ATOMIC\n  SELECT 1;\n  DELETE FROM t;\nEND;\n"
    assert places(linted(text, deletes_anywhere)) == [(UP, 4, 3)]


def test_what_is_found_in_a_body_that_is_a_template_is_in_the_template(linted):
    text = "DO $$ BEGIN\n  PERFORM '{{ schema }}'; {% if true %}DELETE FROM {{ schema }}.t;{% endif %}\nEND $$;\n"
    assert places(linted(text, deletes_now)) == [(UP, 2, text.splitlines()[1].index("DELETE") + 1)]


# --- templates and samples ---


def samples(*tenants: str) -> str:
    return f"-- config: lint: {{samples: [{', '.join(tenants)}]}}\n"


TWO = samples("{slug: acme, plan: free}", "{slug: globex, plan: paid}")


def test_a_finding_stands_at_its_line_and_column_of_the_template(linted):
    above = "{# a comment\n   of two lines #}\n"
    text = above + "{% for name in ['a', 'b'] %}\nSELECT 1; CREATE TABLE {{ name }} ();\n{% endfor %}\n"
    assert places(linted(text, makes)) == [(UP, 4, 24), (UP, 4, 24)]


def test_a_finding_in_a_macro_stands_in_the_macro_file_and_tells_the_migration(linted):
    found = linted(
        "-- config: macros: sql/macros\n-- file: sql/macros/m.sql\n"
        "{% macro table(name) %}\nSELECT 1; CREATE TABLE {{ name }} ();\n{% endmacro %}\n"
        "-- migration\n{% from 'm.sql' import table %}\n{{ table('a') }}\n",
        makes,
    )
    assert places(found) == [("sql/macros/m.sql", 2, 24)]
    [finding] = found.result.findings
    assert (finding.script, finding.migration) == (UP, "tenant 0002_migration")


def test_the_same_finding_of_several_samples_is_one(linted):
    found = linted(f"{TWO}SELECT 1;\n", run)
    assert said(found) == {UP: ["Select 0"]}
    assert (found.result.files, found.result.statements) == (1, 1)


def test_branches_of_both_samples_are_judged(linted):
    text = "{% if tenant.plan == 'free' %}\nCREATE TABLE a ();\n{% else %}\nCREATE TABLE b (); SELECT 1;\n{% endif %}\n"
    found = linted(TWO + text, makes)
    assert [(finding.place.line, finding.message) for finding in found.result.findings] == [
        (2, "makes tenant_acme.a"),
        (4, "makes tenant_globex.b"),
    ]
    assert found.result.statements == 2  # those of the sample with the most


def test_each_sample_has_a_history_of_its_own(linted):
    earlier = "{% if tenant.plan == 'free' %}\nCREATE TABLE a ();\n{% endif %}\nSELECT 1;\n"
    found = said(linted(f"{TWO}-- earlier\n{earlier}-- migration\nSELECT 1;\n", before))
    assert sorted(found[UP]) == ["", "tenant_acme.a"]


def test_a_template_that_fails_is_a_problem_and_the_rest_is_judged(linted):
    found = linted("-- earlier\nSELECT {{ nothing }};\n-- migration\nCREATE TABLE b ();\n", makes)
    assert [finding.message for finding in found.result.findings] == ["makes tenant_acme.b"]
    [problem] = found.problems
    assert (problem.place.file, problem.place.line) == (EARLIER, 1)


def test_a_text_that_cannot_be_cut_is_one_problem_for_all_samples(linted):
    found = linted(f"{TWO}SELECT 1;\n{{{{ '' }}}}SELECT 'open;\n", run)
    assert found.result.findings == ()
    [problem] = found.problems
    assert (problem.place.file, problem.place.line, problem.place.column) == (UP, 2, 16)


def test_a_broken_down_file_is_not_taken_for_a_missing_one(linted):
    found = linted("-- migration\nSELECT 1;\n-- down\nSELECT 'open;\n", pair)
    assert found.result.findings == ()
    assert len(found.problems) == 1


# --- what is counted ---


def test_statements_are_counted_with_those_of_bodies_and_what_is_not_understood(linted):
    found = linted(
        "-- earlier\nSELECT 1; SELECT 2;\n"
        "-- migration\nFROBNICATE t;\nDO $$ BEGIN DELETE FROM t; END $$;\nALTER TABLE t ADD a int, DROP COLUMN b;\n"
        "-- down\nSELECT 1;\n",
        run,
    ).result
    assert (found.files, found.statements, found.understood) == (3, 7, 6)


def test_a_body_in_another_language_is_not_held_against_the_file(linted):
    text = "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$;\n"
    found = linted(text, run).result
    assert (found.statements, found.understood) == (1, 1)


@pytest.mark.parametrize("text", ["-- a comment\n", "{% if false %}SELECT 1;{% endif %}\n", ";;\n", "{# nothing #}\n"])
def test_a_file_with_nothing_in_it_is_judged_all_the_same(linted, text):
    found = linted(text, before, pair, track)
    assert (found.result.files, found.result.statements) == (1, 0)
    assert said(found)[UP] == ["", "no down", "as it was"]


def test_findings_come_by_path_line_and_column(linted):
    found = linted(
        "-- earlier\nCREATE TABLE z ();\n-- migration\nSELECT 1; CREATE TABLE a ();\nSELECT 1;\n", run, makes
    )
    assert places(found) == sorted(places(found))
    assert found.result.findings[0].place.file == EARLIER
