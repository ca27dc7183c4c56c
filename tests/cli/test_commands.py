"""Every command on a real server: what it prints, what it exits with."""

import json
import subprocess

import pytest


def test_a_new_project_goes_from_nothing_to_a_tenant(sqlmig):
    assert sqlmig("init").status == 0
    plan = sqlmig("plan")
    assert plan.status == 0
    assert plan.out.startswith("platform\n  + 0001_tenant_registry  in one transaction\n")
    applied = sqlmig("apply")
    assert applied.status == 0
    point, line = applied.err.splitlines()
    assert point.startswith("to recover to before this run: recovery_target_")
    assert line.startswith("platform  1 step  ")
    assert applied.out.startswith("1 of 1 target where it should be: 1 step, ")
    created = sqlmig("tenant", "create", "acme", "--set", "name=Acme Ltd")
    assert created.out.startswith("tenant acme is there: schema tenant_acme, 3 steps, ")
    assert sqlmig("apply").out.startswith("2 of 2 targets where they should be: nothing to do, ")
    assert [line.split()[:3] for line in sqlmig("status").out.splitlines()[1:3]] == [
        ["platform", "current", "0001"],
        ["tenant_acme", "current", "0002"],
    ]


def test_a_project_without_tenants_reads_no_word_of_them(single):
    answers = [single(*words.split()) for words in ("plan", "apply", "status", "verify", "history", "rollback --to 0")]
    assert [answer.status for answer in answers] == [0] * 6
    assert "tenant" not in "".join(answer.out + answer.err for answer in answers)
    assert answers[1].err.splitlines()[1].startswith("app  0001_customers  ")
    assert answers[-1].out.startswith("1 of 1 target where it should be: 3 steps, ")


@pytest.mark.parametrize(
    "words",
    [
        "plan",
        "apply",
        "apply --dry-run",
        "status",
        "history",
        "verify",
        "locks",
        "config",
        "wait",
        "tenant list",
        "rollback --steps 1 --schema tenant_acme",
        "reset --schema tenant_acme",
    ],
)
def test_json_is_the_only_thing_on_stdout_and_names_its_format(tenants, words):
    answer = tenants(*words.split(), "--format", "json", "--database-url", "", "--env", "local")
    assert answer.status == 0, answer.err
    name = "plan" if "dry-run" in words else "-".join(word for word in words.split()[:2] if word.isalpha())
    assert answer.json["format"] == f"sqlmig.{name}/1"


def test_a_failed_statement_is_shown_with_its_place_once_for_all_tenants(tenants, write):
    write("sql/tenant/0003_more", up="ALTER TABLE customers\n  ADD COLUMN {{ 'x' }} tex;\n")
    answer = tenants("apply")
    assert answer.status == 3
    assert answer.err.endswith(
        "sqlmig: error: sql/tenant/0003_more.up.sql:2:24: 0003_more failed in tenant_acme, statement 1 of 1: "
        'type "tex" does not exist\n'
        "      ADD COLUMN {{ 'x' }} tex;\n"
        "                           ^\n"
        "  statement:\n"
        "    ALTER TABLE customers\n"
        "      ADD COLUMN x tex\n"
        "  the same in 2 targets: tenant_acme, tenant_globex\n"
        "  state: the transaction was rolled back: nothing of this file is in the database\n"
        "  next: correct the file; then run `sqlmig apply` again\n"
    )
    assert answer.out.startswith("1 of 3 targets where they should be: nothing was done, ")
    assert "tenant_acme  0 steps  " in answer.err
    document = tenants("apply", "--format", "json").json
    assert (document["outcome"], document["exit_status"]) == ("failed", 3)
    assert [t["outcome"] for t in document["targets"]] == ["done", "failed", "failed"]
    assert "42704" in tenants("history", "--failed", "--limit", "1").out


def test_a_refused_plan_exits_with_1_from_plan_and_apply_alike(tenants, write):
    write("sql/tenant/0003_more", up="BEGIN;\nSELECT 1;\n")
    refusal = (
        "refused: sql/tenant/0003_more.up.sql:1:1: BEGIN in a migration: sqlmig opens and ends the transaction\n"
        "    BEGIN;\n"
        "    ^\n"
    )
    plan = tenants("plan")
    assert plan.status == 1
    assert refusal in plan.out
    assert "  the same in 2 targets: tenant_acme, tenant_globex\n" in plan.out
    applied = tenants("apply")
    assert (applied.status, applied.out) == (1, "")
    assert applied.err.startswith(refusal)
    assert applied.err.endswith("\n\nsqlmig: error: the plan may not run; nothing was changed\n")
    document = tenants("apply", "--format", "json").json
    assert (document["format"], document["kind"]) == ("sqlmig.error/1", "refused")
    assert [r["schema"] for r in document["refusals"]] == ["tenant_acme", "tenant_globex"]
    script = tenants("plan", "--format", "sql")
    assert (script.status, script.out) == (1, "")
    assert script.err.startswith(refusal)


def test_with_v_the_plan_shows_the_sql_of_each_target(tenants, write):
    write("sql/tenant/0003_more", up="SELECT {{ tenant.slug | literal }};\n")
    assert "    SELECT 'acme';\n" in tenants("plan", "-v").out
    assert "| up | `0003_more` | in one transaction |\n" in tenants("plan", "--format", "markdown").out
    [_, step, _] = tenants("plan", "-v", "--format", "json").json["targets"]
    assert step["steps"][0]["sql"] == "SELECT 'acme';\n"


def test_a_plan_as_a_script_is_one_that_psql_runs(tenants, write):
    write("sql/tenant/0003_more", up="CREATE TABLE more (a int);\n")
    script = tenants("plan", "--format", "sql").out
    assert "CREATE TABLE more (a int);" in script
    assert script.startswith("-- Made by sqlmig ")


def test_one_named_schema_is_told_step_by_step(tenants, write):
    write("sql/tenant/0003_more", up="SELECT 1;\n")
    answer = tenants("apply", "--schema", "tenant_acme")
    assert answer.err.splitlines()[1].startswith("tenant_acme  0003_more  ")
    assert answer.out.startswith("1 of 1 target where it should be: 1 step, ")


def test_an_unknown_schema_gets_a_did_you_mean(tenants):
    answer = tenants("apply", "--schema", "tenant_acm")
    assert answer.status == 2
    assert answer.err == (
        "sqlmig: error: no active tenant has schema 'tenant_acm'; did you mean 'tenant_acme'?\n"
        "  next: `sqlmig tenant list` shows the tenants\n"
    )


def test_a_version_needs_one_track(tenants):
    answer = tenants("apply", "--to", "1")
    assert answer.status == 2
    assert answer.err == (
        "sqlmig: error: a version belongs to one track, and 2 are selected: platform, tenant\n"
        "  next: say which with --track NAME, --platform or --schema\n"
    )


def test_status_check_fails_while_something_is_pending(tenants, write):
    assert tenants("status", "--check").status == 0
    write("sql/tenant/0003_more", up="SELECT 1;\n")
    answer = tenants("status", "--check")
    assert answer.status == 1
    assert answer.out.endswith("\n\n1 of 3 targets current\n")
    assert tenants("status").status == 0


def test_rollback_takes_nothing_back_that_was_not_selected(tenants):
    answer = tenants("rollback", "--steps", "1")
    assert answer.status == 2
    assert answer.err == (
        "sqlmig: error: rollback takes back nothing that was not selected\n"
        "  state: nothing was changed\n"
        "  next: say what: --platform, --schema SCHEMA, --all-tenants or --track TRACK\n"
    )
    assert tenants("status", "--check").status == 0
    every = tenants("rollback", "--to", "1", "--all-tenants", "--reason", "a test")
    assert every.out.startswith("2 of 2 targets where they should be: 4 steps, ")
    assert [one["version"] for one in tenants("status", "--format", "json").json["targets"]] == [1, 1, 1]


def test_plan_shows_a_rollback_before_it_is_made(tenants):
    answer = tenants("plan", "--rollback-to", "0", "--schema", "tenant_acme")
    assert [line.split()[:2] for line in answer.out.splitlines()[1:4]] == [
        ["-", "customer_list"],
        ["-", "0002_index_customer_email"],
        ["-", "0001_customers"],
    ]


def test_repair_shows_first_and_mends_with_a_reason(tenants, tmp_path):
    file = tmp_path / "sql/tenant/0001_customers.up.sql"
    file.write_text(file.read_text().replace("email text", "email varchar"))
    assert tenants("verify").status == 1
    shown = tenants("repair", "--version", "1", "--schema", "tenant_*")
    assert shown.status == 1
    assert shown.out == (
        "2 targets (tenant_acme, tenant_globex): 0001_customers counts as applied in the form that "
        "sql/tenant/0001_customers.up.sql has now; nothing runs\n"
    )
    assert shown.err == (
        "nothing was changed; to do it: sqlmig repair --schema 'tenant_*' --version 1 --reason '...'\n"
    )
    assert tenants("verify").status == 1
    assert tenants("repair", "--version", "1", "--schema", "tenant_*", "--reason", "the same type").status == 0
    assert tenants("verify").out == "3 targets looked at: the files and the history agree\n"
    assert "the same type" in tenants("history", "--limit", "1").out
    nothing = tenants("repair", "--version", "1", "--reason", "x")
    assert nothing.status == 1
    assert nothing.err == (
        "sqlmig: error: nothing is wrong with version 0001 in the selected targets\n"
        "  state: nothing was changed\n"
        "  next: `sqlmig verify` shows what is wrong\n"
    )
    half = tenants("repair", "--statement-done", "--reason", "x")
    assert half.err.startswith("sqlmig: error: no statement of unknown outcome was found in the selected targets\n")


def test_baseline_marks_and_says_that_nothing_was_compared(single, connect):
    connect().execute("CREATE SCHEMA app")
    answer = single("baseline", "--to", "0002", "--reason", "made by hand in 2019")
    assert answer.status == 0
    assert answer.out == (
        "app: versions 0001 to 0002 count as applied\n"
        "Nothing was run, and nothing was compared: that the schemas really are there is your word for it.\n"
    )
    assert "made by hand in 2019" in single("history").out


def test_history_can_be_asked_for_one_run(tenants, write):
    write("sql/tenant/0003_more", up="SELECT 1;\n")
    run = tenants("apply", "--format", "json").json["run_id"]
    entries = tenants("history", "--run", run, "--format", "json").json["entries"]
    assert {(entry["schema"], entry["name"], entry["outcome"]) for entry in entries} == {
        ("tenant_acme", "more", "done"),
        ("tenant_globex", "more", "done"),
    }


def test_an_environment_that_requires_a_backup_gets_a_reference(single, tmp_path):
    file = tmp_path / "sqlmig.yaml"
    file.write_text(file.read_text() + "apply: {backup: required}\n")
    answer = single("apply")
    assert answer.status == 1
    assert answer.err == (
        "sqlmig: error: this environment requires a backup before a run\n"
        "  state: nothing was changed\n"
        "  next: make one, then say which with --backup-done REFERENCE\n"
    )
    assert single("apply", "--backup-done", "wal-g 2026-03-01", "--reason", "release 4").status == 0


def test_the_backup_s_reference_stands_in_the_history(single, tmp_path, connect):
    assert single("apply", "--backup-done", "wal-g 7", "--reason", "release 4").status == 0
    assert connect().execute("SELECT reason FROM sqlmig.run").fetchone() == ("release 4; backup: wal-g 7",)


def test_reset_works_in_development_only(tenants):
    refused = tenants("--env", "production", "reset")
    assert refused.status == 1
    assert refused.err.startswith("sqlmig: error: environment production is not marked `development: true`\n")
    assert tenants("status", "--check").status == 0
    answer = tenants("reset", "--schema", "tenant_acme")
    assert answer.status == 0
    assert answer.out.startswith("1 of 1 target where it should be: 3 steps, ")


def test_tenants_belong_to_projects_with_tenants(single):
    answer = single("tenant", "list")
    assert answer.status == 2
    assert answer.err == ("sqlmig: error: this project has no tenants\n  next: `sqlmig status` shows what it has\n")


def test_a_tenant_that_cannot_be_made_leaves_nothing(tenants, tmp_path, connect):
    (tmp_path / "sql/lifecycle/seed.sql").write_text("SELECT 1;\nSELECT no_such_column;\n")
    answer = tenants("tenant", "create", "initech")
    assert answer.status == 3
    assert answer.err.startswith("sqlmig: error: sql/lifecycle/seed.sql:2:8: tenant initech was not created: ")
    assert connect().execute("SELECT to_regnamespace('tenant_initech')").fetchone() == (None,)


def test_locks_shows_the_session_and_how_to_end_it(tenants, write, connect):
    from sqlmig.db.locks import key_of

    holder = connect()
    holder.execute("SELECT pg_advisory_lock(%s)", [key_of("sqlmig", "shared")])
    answer = tenants("locks")
    assert answer.status == 0
    assert f"  to end it: SELECT pg_terminate_backend({holder.info.backend_pid});\n" in answer.out
    assert "holds: shared tracks (exclusive)" in answer.out
    write("sql/tenant/0003_more", up="SELECT 1;\n")
    blocked = tenants("apply", "--lock-wait", "300ms")
    assert blocked.status == 4
    assert f"tenant_acme  waits for pid {holder.info.backend_pid} " in blocked.err
    assert tenants("apply", "--lock-wait", "300ms", "--format", "json").json["outcome"] == "blocked"


def test_wait_gives_up_with_the_reason(single):
    url = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"
    answer = single("--database-url", url, "wait", "--timeout", "1s")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("waiting: ")
    assert answer.err.count("waiting: ") == 1, "the same state is told once"
    assert single("wait").out.startswith("PostgreSQL ")


def test_diff_shows_the_rendered_sql(single, tmp_path, write):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    assert single("diff", "HEAD").out == "no migration changed since HEAD\n"
    write("sql/app/0003_more", up="SELECT {{ 1 + 1 }};\n")
    assert "+SELECT 2;\n" in single("diff", "HEAD").out
    assert "```diff\n" in single("diff", "HEAD", "--format", "markdown").out
    assert {one["change"] for one in single("diff", "HEAD", "--format", "json").json["files"]} == {"added"}
    assert single("diff", "nowhere").status == 2


def test_a_name_that_the_terminal_cannot_show_stops_nothing(tenants, cli, connect):
    connect().execute('CREATE SCHEMA "tenant_ж"')
    connect().execute("INSERT INTO platform.tenants (slug, name, schema_name) VALUES ('u', 'u', 'tenant_ж')")
    answer = cli("status", env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert answer.returncode == 0
    assert "\ntenant_\\u0436 " in answer.stdout


def test_json_is_utf_8_and_whole(tenants, connect):
    connect().execute("UPDATE platform.tenants SET name = 'Ärger & Söhne' WHERE slug = 'acme'")
    document = tenants("tenant", "list", "--format", "json")
    assert [one["name"] for one in json.loads(document.out)["tenants"]] == ["Ärger & Söhne", "globex"]
