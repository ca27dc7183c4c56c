"""Plans for whole projects: what runs where, rendered, and every reason to refuse."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace

import pytest

from planning import (
    CORE,
    applied,
    migration,
    project,
    repeatable,
    shared_track,
    snapshot,
    target,
    tenant_track,
    told,
)
from sqlmig.plan.planner import Down, Snapshot, Up, changed_versions, make_plan
from sqlmig.plan.resolve import Work, track_digest
from sqlmig.plan.resume import first_statements_checksum
from sqlmig.plan.values import Progress, Standing, TargetState
from sqlmig.project.model import Direction, Scope
from sqlmig.project.templates import Templates

ONE, TWO, THREE = (migration(version) for version in (1, 2, 3))
ACME, GLOBEX = target("acme"), target("globex")
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def labels(plan):
    return [f"{step.target.label} {step.label} {step.direction.value}" for step in plan.steps]


def plan_one(track, state=None, goal=None, **more):
    """The plan of a project with one track for the target acme."""
    return make_plan(project(track), [ACME], snapshot({ACME: state or TargetState()}, **more), goal or Up())


def test_targets_run_in_their_order_each_with_its_own_text():
    track = tenant_track(
        migration(1, "CREATE TABLE {{ tenant.slug }}_t (id int);", verify="SELECT 1 WHERE false;"), TWO
    )
    plan = make_plan(project(track), [GLOBEX, ACME], snapshot({ACME: TargetState(), GLOBEX: applied(TWO)}), Up())
    assert told(plan)[0].startswith("late sql/tenant/0001_m.up.sql: ")
    plan = make_plan(project(track), [GLOBEX, ACME], snapshot({ACME: TargetState(), GLOBEX: TargetState()}), Up())
    assert (plan.refusals, plan.notes) == ((), ())
    assert labels(plan) == [
        "tenant_globex 0001_m up",
        "tenant_globex 0002_m up",
        "tenant_acme 0001_m up",
        "tenant_acme 0002_m up",
    ]
    first, second, third, _ = plan.steps
    assert [first.sql.text, third.sql.text] == ["CREATE TABLE globex_t (id int);", "CREATE TABLE acme_t (id int);"]
    assert [statement.text for statement in first.statements] == ["CREATE TABLE globex_t (id int)"]
    assert (first.version, first.transaction, first.script) == (1, True, first.sql.script)
    assert first.verify is not None
    assert first.verify.text == "SELECT 1 WHERE false;"
    assert second.verify is None
    assert str(first.place(13)) == "sql/tenant/0001_m.up.sql:1:14"
    assert [planned.standing for planned in plan.pending] == [Standing.NEW, Standing.NEW]
    assert plan.targets[0].digest == track_digest(track)


def test_a_verify_file_runs_on_the_way_up_only():
    track = tenant_track(migration(1, verify="SELECT 1;"))
    [step] = plan_one(track, applied(*track.migrations), Down(to=0)).steps
    assert (step.direction, step.verify) == (Direction.DOWN, None)


def test_a_repeatable_is_a_step_without_a_version():
    [step] = plan_one(tenant_track(repeatables=[repeatable("view")])).steps
    assert (step.label, step.version, step.script.path) == ("view", None, "sql/tenant/repeatable/view.sql")


def test_a_current_target_is_recognised_by_its_digest_and_nothing_is_rendered():
    track = tenant_track(migration(1, "{{ nothing.of.the.kind }}"))
    states = {target(str(n)): TargetState(track_digest(track)) for n in range(10_000)}
    began = time.process_time()
    plan = make_plan(project(track), list(states), snapshot(states), Up())
    assert time.process_time() - began < 3
    assert (plan.refusals, plan.steps, plan.pending, len(plan.targets)) == ((), (), (), 10_000)
    assert {planned.standing for planned in plan.targets} == {Standing.CURRENT}
    # The same text is refused as soon as it is rendered for one of them.
    assert told(make_plan(project(track), [ACME], snapshot({ACME: TargetState()}), Up()))[0].startswith("template ")


def test_targets_that_are_behind_cost_no_more_each_than_the_first():
    """Twice the migrations may cost twice the time, not four times."""

    def seconds(count: int) -> float:
        track = tenant_track(*(migration(version, "SELECT 1;") for version in range(1, count + 1)))
        states = {target(str(n)): TargetState() for n in range(20)}
        began = time.process_time()
        plan = make_plan(project(track), list(states), snapshot(states), Up())
        assert len(plan.steps) == 20 * count
        return time.process_time() - began

    seconds(10)
    few, many = min(seconds(100) for _ in range(3)), min(seconds(400) for _ in range(3))
    assert many < 10 * few


def test_a_migration_that_was_laid_out_anew_is_a_note():
    ran = "CREATE TABLE t2 (id int);"
    anew = migration(2, "-- two\ncreate table t2(id int)")
    plan = make_plan(
        project(tenant_track(ONE, anew)), [ACME], snapshot({ACME: applied(ONE, TWO)}, (ACME, TWO, ran)), Up()
    )
    assert told(plan) == []
    assert [(note.message, note.target) for note in plan.notes] == [
        ("sql/tenant/0002_m.up.sql was laid out anew after it ran; it still says the same", ACME)
    ]
    assert plan.targets[0].standing is Standing.CURRENT


@pytest.mark.parametrize(
    ("state", "track", "wanted"),
    [
        (applied(ONE, TWO), tenant_track(ONE, migration(2, "create table t2(id int)"), THREE), Standing.BEHIND),
        (applied(ONE, TWO, THREE), tenant_track(ONE, migration(2, "create table t2(id int)")), Standing.AHEAD),
        (applied(TWO, THREE), tenant_track(ONE, migration(2, "create table t2(id int)"), THREE), Standing.BEHIND),
    ],
    ids=["behind", "ahead", "late"],
)
def test_layout_alone_makes_no_target_diverge(state, track, wanted):
    plan = make_plan(project(track), [ACME], snapshot({ACME: state}, (ACME, TWO, "CREATE TABLE t2 (id int);")), Up())
    assert plan.targets[0].standing is wanted


EDITED = (
    "edited sql/tenant/0002_m.up.sql: tenant 0002_m was edited after it ran | undo the edit (git checkout -- "
    "sql/tenant/0002_m.up.sql) and write a new migration, or `sqlmig repair`"
)


@pytest.mark.parametrize(
    "text", ["CREATE TABLE t2 (id bigint);", "CREATE TABLE {{ nope }} (id int);", "CREATE TABLE t2 (id int); '"]
)
@pytest.mark.parametrize("known", [True, False])
def test_an_edited_migration_refuses_the_target(text, known):
    ran = [(ACME, TWO, "CREATE TABLE t2 (id int);")] if known else []
    plan = make_plan(
        project(tenant_track(ONE, migration(2, text))), [ACME], snapshot({ACME: applied(ONE, TWO)}, *ran), Up()
    )
    assert told(plan) == [EDITED]
    assert plan.targets[0].standing is Standing.DIVERGED
    assert plan.refusals[0].target == ACME


def test_only_versions_whose_files_differ_are_compared():
    states = {ACME.identity: applied(ONE, TWO), GLOBEX.identity: applied(ONE, migration(2, "SELECT 'other';"), THREE)}
    assert changed_versions(project(tenant_track(ONE, TWO)), states) == {"tenant": {2}}
    assert changed_versions(project(), states) == {}


def test_a_tenant_without_its_schema_is_refused_and_never_runs_in_public():
    plan = make_plan(project(tenant_track(ONE)), [ACME], Snapshot(), Up())
    advice = "create it, take the tenant out of the registry, or make it anew with `sqlmig tenant create`"
    assert told(plan) == [f"missing-schema -: schema tenant_acme of tenant acme is not there | {advice}"]
    assert plan.targets[0].standing is Standing.MISSING


def test_a_tenant_that_is_current_but_lost_its_schema_is_refused():
    track = tenant_track(ONE)
    states = {ACME.identity: applied(ONE)}
    assert make_plan(project(track), [ACME], Snapshot(states), Up()).targets[0].standing is Standing.MISSING


def test_a_tenant_target_made_from_no_registry_is_called_by_its_schema():
    bare = replace(ACME, tenant=None)
    [refusal] = make_plan(project(tenant_track(ONE)), [bare], Snapshot(), Up()).refusals
    assert refusal.message == "schema tenant_acme of tenant tenant_acme is not there"


def test_the_schema_of_a_shared_track_may_be_made_by_its_first_migration():
    track = shared_track(migration(1, "CREATE SCHEMA core;", track="platform"))
    assert make_plan(project(track), [CORE], Snapshot(), Up()).refusals == ()


NEEDS = migration(1, "-- sqlmig: requires platform 2\nSELECT 1;")
SHARED = shared_track(migration(1, track="platform"), migration(2, track="platform"), migration(3, track="platform"))
REQUIRED = (
    "requires sql/tenant/0001_m.up.sql: 0001_m requires platform 0002, which is not applied | "
    "run `sqlmig apply --platform` first, or `sqlmig apply` for everything in order"
)


@pytest.mark.parametrize(
    ("targets", "shared", "goal", "wanted"),
    [
        ([ACME], TargetState(), Up(), [REQUIRED]),
        ([ACME], applied(SHARED.migrations[0]), Up(), [REQUIRED]),
        ([ACME], applied(*SHARED.migrations[:2]), Up(), []),
        ([ACME], TargetState(track_digest(SHARED)), Up(), []),
        ([CORE, ACME], TargetState(), Up(), []),
        ([CORE, ACME], TargetState(), Up(to=1), [REQUIRED]),
        ([ACME, CORE], TargetState(), Up(), [REQUIRED]),
        ([CORE, ACME], applied(SHARED.migrations[0]), Up(), []),
        ([CORE], TargetState(), Up(), []),
    ],
    ids=[
        "missing",
        "too low",
        "applied",
        "current",
        "same plan",
        "stops before",
        "wrong order",
        "rest in plan",
        "unasked",
    ],
)
def test_what_a_tenant_migration_requires_is_there_when_its_turn_comes(targets, shared, goal, wanted):
    plan = make_plan(project(SHARED, tenant_track(NEEDS)), targets, snapshot({CORE: shared, ACME: TargetState()}), goal)
    assert told(plan) == wanted


def test_on_the_way_down_nothing_is_required():
    states = snapshot({CORE: TargetState(), ACME: applied(NEEDS)})
    assert told(make_plan(project(SHARED, tenant_track(NEEDS)), [ACME], states, Down(to=0))) == []


def test_a_repeatable_may_require_a_shared_migration():
    view = repeatable("view", "-- sqlmig: requires platform 2\nCREATE VIEW view AS SELECT 1;")
    states = snapshot({CORE: TargetState(), ACME: TargetState()})
    [line] = told(make_plan(project(SHARED, tenant_track(repeatables=[view])), [ACME], states, Up()))
    assert line.startswith("requires sql/tenant/repeatable/view.sql: view requires platform 0002, which is not applied")


@pytest.mark.parametrize(
    ("text", "reason", "wanted", "next"),
    [
        (
            "SELECT 1;\n  COMMIT;",
            "transaction-control",
            "2:3: COMMIT in a migration: sqlmig opens and ends the transaction",
            "take COMMIT out; a file that must not run in one transaction says: -- sqlmig: transaction off",
        ),
        (
            "CREATE INDEX CONCURRENTLY i ON t (a);",
            "needs-transaction-off",
            "1:1: CREATE INDEX CONCURRENTLY cannot run inside a transaction",
            "put it into a file of its own that begins with: -- sqlmig: transaction off",
        ),
        (
            "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY ON t (a);",
            "unnamed-index",
            "2:1: the index has no name, so nobody can find it again after a crash",
            "name it",
        ),
        (
            "SELECT 'a;",
            "not-sql",
            "1:8: this string is not closed: its closing ' is missing",
            "correct the file",
        ),
        (
            "SELECT {{ tenant.teir }};",
            "template",
            "1: the tenant has no column 'teir'; did you mean 'tier'?",
            "correct the name, or write: {% if ... is defined %}",
        ),
    ],
)  # fmt: skip
def test_a_text_that_cannot_run_is_refused_at_its_place(text, reason, wanted, next):
    assert told(plan_one(tenant_track(migration(1, text)))) == [f"{reason} sql/tenant/0001_m.up.sql:{wanted} | {next}"]


def test_a_verify_file_that_cannot_run_is_refused_at_its_place():
    [line] = told(plan_one(tenant_track(migration(1, verify="SELECT 1;\nROLLBACK;"))))
    assert line.startswith("transaction-control sql/tenant/0001_m.verify.sql:2:1: ROLLBACK in a migration")
    [line] = told(plan_one(tenant_track(migration(1, verify="{{ nope }}"))))
    assert line.startswith("template sql/tenant/0001_m.verify.sql:1: 'nope' is not defined")


def test_everything_that_is_wrong_is_told_of_every_target():
    track = tenant_track(migration(1, "COMMIT;"), migration(2, "{{ nope }}"), migration(3, down=None))
    plan = make_plan(project(track), [ACME, GLOBEX], snapshot({ACME: TargetState(), GLOBEX: TargetState()}), Up())
    reasons = [(refusal.target, refusal.reason.value) for refusal in plan.refusals]
    assert reasons == [(t, r) for t in (ACME, GLOBEX) for r in ("no-down", "transaction-control", "template")]


def test_a_decision_for_one_digest_serves_all_targets_and_blames_each_by_its_name():
    states = {target(str(n)): applied(THREE) for n in range(3)}
    plan = make_plan(project(tenant_track(ONE, THREE)), list(states), snapshot(states), Up())
    assert [refusal.target for refusal in plan.refusals] == list(states)


def test_a_rollback_is_planned_with_what_the_history_stored():
    states = snapshot({ACME: applied(ONE, TWO)}, stored={"tenant": [TWO]})
    plan = make_plan(project(tenant_track(ONE)), [ACME], states, Down(steps=1))
    assert labels(plan) == ["tenant_acme 0002_m down"]
    assert plan.targets[0].digest == applied(ONE).digest


@pytest.mark.parametrize("goal", [Up(to=9), Down(to=9), Down(steps=0), Down(steps=9), Down(steps=-1), Down()])
def test_nonsense_is_refused_and_nothing_is_planned(goal):
    plan = plan_one(tenant_track(ONE), applied(ONE), goal)
    assert [refusal.reason.value for refusal in plan.refusals] == ["unknown-version"]
    assert plan.steps == ()


OFF = migration(
    2, "-- sqlmig: transaction off\nSELECT 1;\nSELECT 2;\nSELECT 3;", "-- sqlmig: transaction off\nSELECT 4;\nSELECT 5;"
)


def begun(unit=OFF, direction=Direction.UP, done=1):
    """What an interrupted run left of a unit."""
    version = getattr(unit, "version", None)
    [step] = plan_one(tenant_track(migration(1, Work(unit, direction).script.text))).steps
    rendered = first_statements_checksum(step, done)
    return Progress(version, unit.name, direction, "", rendered, done, 3, True, False, "SELECT 2", "run", NOW)


def test_what_was_begun_goes_on_where_it_was_left():
    progress = begun()
    plan = plan_one(tenant_track(ONE, OFF, THREE), replace(applied(ONE), progress=progress))
    assert told(plan) == []
    assert labels(plan) == ["tenant_acme 0002_m up", "tenant_acme 0003_m up"]
    assert [step.resumes for step in plan.steps] == [progress, None]
    assert plan.targets[0].standing is Standing.INTERRUPTED
    assert progress.label == "0002_m"


def test_a_target_that_looks_current_still_goes_on_with_what_was_begun():
    view = repeatable("view", "-- sqlmig: transaction off\nSELECT 1;\nSELECT 2;")
    progress = begun(view)
    state = replace(applied(ONE, repeatables=[repeatable("view", "SELECT 'then';")]), progress=progress)
    plan = plan_one(tenant_track(ONE, repeatables=[view]), state)
    assert (labels(plan), told(plan), progress.label) == (["tenant_acme view up"], [], "view")


def test_what_was_begun_comes_before_what_was_written_meanwhile():
    late = migration(1, "-- sqlmig: out-of-order merged late\nSELECT 'late';")
    plan = plan_one(tenant_track(late, OFF), replace(applied(), progress=begun()))
    assert (told(plan), labels(plan)) == ([], ["tenant_acme 0002_m up", "tenant_acme 0001_m up"])
    view = repeatable("view", "-- sqlmig: transaction off\nSELECT 1;\nSELECT 2;")
    plan = plan_one(tenant_track(ONE, repeatables=[view]), replace(applied(), progress=begun(view)))
    assert (told(plan), labels(plan)) == ([], ["tenant_acme view up", "tenant_acme 0001_m up"])


def test_a_lower_number_written_meanwhile_is_late():
    [line] = told(plan_one(tenant_track(ONE, OFF), replace(applied(), progress=begun())))
    assert line.startswith("late sql/tenant/0001_m.up.sql: 0001_m is not applied, but the higher 0002 was begun | ")


CHANGED = (
    "interrupted sql/tenant/0002_m.up.sql: 0002_m was begun, 1 of its statements ran, and these have changed since | "
    "put the statements that ran back as they were; what follows them may change"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-- sqlmig: transaction off\nSELECT 'other';\nSELECT 2;", [CHANGED]),
        ("-- sqlmig: transaction off\n", [CHANGED]),
        ("SELECT 1;\nSELECT 2;", [CHANGED]),
        ("-- sqlmig: transaction off\n-- a comment\nselect 1;\nSELECT 'other';", []),
    ],
    ids=["statement changed", "statement gone", "in a transaction now", "only what follows changed"],
)
def test_what_ran_of_a_migration_that_was_begun_must_stay_as_it_was(text, wanted):
    assert told(plan_one(tenant_track(ONE, migration(2, text)), replace(applied(ONE), progress=begun()))) == wanted


def unfinished(direction: str, command: str) -> str:
    message = f"interrupted -: 0002_m {direction} was begun and not finished: 1 of 3 statements ran"
    return f"{message} | run it to its end first: `sqlmig {command} --schema tenant_acme`"


@pytest.mark.parametrize(
    ("track", "state", "goal", "wanted"),
    [
        (tenant_track(ONE, OFF), replace(applied(ONE), progress=begun()), Down(steps=1), unfinished("up", "apply")),
        (tenant_track(ONE, OFF), replace(applied(ONE), progress=begun()), Up(to=1), unfinished("up", "apply")),
        (tenant_track(ONE), replace(applied(ONE), progress=begun()), Up(), unfinished("up", "apply")),
        (
            tenant_track(ONE, OFF, THREE),
            replace(applied(ONE, OFF), progress=begun(direction=Direction.DOWN)),
            Up(),
            unfinished("down", "rollback --steps 1"),
        ),
    ],
    ids=["rollback", "up to a lower one", "its file is gone", "apply while going down"],
)
def test_nothing_else_runs_before_what_was_begun_is_finished(track, state, goal, wanted):
    assert told(plan_one(track, state, goal)) == [wanted]


def test_a_rollback_that_was_begun_goes_on():
    progress = begun(direction=Direction.DOWN)
    [step] = plan_one(tenant_track(ONE, OFF), replace(applied(ONE, OFF), progress=progress), Down(steps=1)).steps
    assert (step.direction, step.resumes) == (Direction.DOWN, progress)


def test_a_shared_track_is_named_as_the_command_line_names_it():
    state = replace(applied(), progress=begun())
    [line] = told(make_plan(project(shared_track()), [CORE], snapshot({CORE: state}), Up()))
    assert line.endswith("run it to its end first: `sqlmig apply --platform`")


def test_a_template_error_in_what_was_begun_is_all_that_is_told():
    broken = migration(2, "-- sqlmig: transaction off\nSELECT {{ nope }};")
    [line] = told(plan_one(tenant_track(ONE, broken), replace(applied(ONE), progress=begun())))
    assert line.startswith("template sql/tenant/0002_m.up.sql:2: 'nope' is not defined")


def test_macros_that_the_history_stored_are_used_for_its_down_files():
    macros = {"m.sql": "{% macro drop() %}DROP TABLE then;{% endmacro %}"}
    text = "{% from 'm.sql' import drop %}{{ drop() }}"
    down = replace(migration(2).up, path="sql/tenant/0002_m.down.sql", text=text, checksum="ff", macros=macros)
    states = snapshot({ACME: applied(TWO)}, stored={"tenant": [replace(TWO, down=down)]})
    files = project(
        tenant_track(ONE), templates=Templates({"m.sql": "{% macro drop() %}DROP TABLE now;{% endmacro %}"})
    )
    [step] = make_plan(files, [ACME], states, Down(to=0)).steps
    assert step.sql.text == "DROP TABLE then;"


def test_targets_of_two_tracks_keep_their_states_apart():
    other = replace(tenant_track(replace(ONE, track="other")), name="other", scope=Scope.TENANT)
    second = replace(ACME, track="other")
    plan = make_plan(
        project(tenant_track(ONE), other), [ACME, second], snapshot({ACME: applied(ONE), second: TargetState()}), Up()
    )
    assert [planned.standing for planned in plan.targets] == [Standing.CURRENT, Standing.NEW]
