"""Calls that cannot be carried out: what they are told. No server is needed."""

import json

import pytest


@pytest.mark.parametrize(
    ("words", "message", "advice"),
    [
        ("aply", "there is no command 'aply'; did you mean 'apply'?", "`sqlmig --help` lists the commands"),
        (
            "tenant creat",
            "there is no command 'creat'; did you mean 'create'?",
            "`sqlmig tenant --help` lists the commands",
        ),
        ("db", "missing command", "`sqlmig db --help` lists the commands"),
        (
            "apply --schma x",
            "there is no option '--schma'; did you mean '--schema'?",
            "`sqlmig apply --help` shows what it takes",
        ),
        ("apply --zzzzzz 3", "there is no option '--zzzzzz'", "`sqlmig apply --help` shows what it takes"),
        (
            "apply --wrkers 3",
            "there is no option '--wrkers'; did you mean '--workers'?",
            "`sqlmig apply --help` shows what it takes",
        ),
        ("--evn demo apply", "there is no option '--evn'; did you mean '--env'?", "`sqlmig --help` lists the commands"),
        (
            "status --format jsno",
            "--format: there is no 'jsno'; did you mean 'json'?",
            "`sqlmig status --help` shows what it takes",
        ),
        (
            "apply --to 3rd",
            "--to: '3rd' is no version; a version is what a file name begins with, such as 0007",
            "`sqlmig apply --help` shows what it takes",
        ),
        (
            "apply --lock-wait 5",
            "--lock-wait: needs a duration with its unit (ms, s, min, h, d), such as 3s, not '5'",
            "`sqlmig apply --help` shows what it takes",
        ),
        (
            "rollback --steps 0",
            "--steps: 0 is no whole number of at least 1",
            "`sqlmig rollback --help` shows what it takes",
        ),
        (
            "run list --limit x",
            "--limit: 'x' is no whole number of at least 1",
            "`sqlmig run list --help` shows what it takes",
        ),
        (
            "tenant import list.csv --workers 300",
            "--workers: 300 is no whole number from 1 to 256",
            "`sqlmig tenant import --help` shows what it takes",
        ),
        (
            "tenant restore acme --from 2026 --identity nowhere.txt",
            "--identity: file 'nowhere.txt' does not exist",
            "`sqlmig tenant restore --help` shows what it takes",
        ),
        ("new tenant", "NAME is missing", "`sqlmig new --help` shows what it takes"),
        ("baseline", "--to is missing", "`sqlmig baseline --help` shows what it takes"),
        ("status platform", "got unexpected extra argument (platform)", "`sqlmig status --help` shows what it takes"),
        ("apply --env", "option '--env' requires an argument", "`sqlmig apply --help` shows what it takes"),
        (
            "rollback",
            "rollback needs one of --to and --steps",
            "--to V names the version that stays the highest, --steps N how many migrations go",
        ),
        (
            "rollback --steps 1 --all-tenants --platform",
            "--all-tenants and --platform exclude each other",
            "give one of them",
        ),
        ("plan --to 1 --rollback-to 2", "--to and --rollback-to exclude each other", "give one of them"),
        (
            "repair",
            "repair needs exactly one of --version, --statement-done and --statement-not-done",
            "`sqlmig verify` shows what is wrong, and in which version",
        ),
        (
            "baseline --to 1",
            "baseline needs a reason: nothing is run, and nothing is compared\n  state: nothing was changed",
            "say why these schemas are where you say: --reason '...'",
        ),
        (
            "tenant create acme --set name",
            "--set needs KEY=VALUE",
            "KEY is letters, digits and _: --set name='Acme Partners'",
        ),
        ("tenant create acme --set a=1 --set a=2", "--set gives a twice", "give it once"),
        (
            "tenant create acme --set slug=apex",
            "--set cannot give the slug",
            "leave it out: the command has it already",
        ),
        (
            ["tenant", "suspend", "acme", "--reason", ""],
            "suspend needs a reason: it stands in every list of tenants",
            "sqlmig tenant suspend acme --reason '...'",
        ),
        (["snapshot", "--output", ""], "--output is empty", "name a file, or leave it out"),
        ("doctor --list --explain rls-missing", "--list and --explain exclude each other", "give one of them"),
        (
            "doctor --seed 7",
            "--application-url and --seed are for --probe",
            "give --probe too, or leave them out",
        ),
        (
            "doctor --application-url postgresql://app@server/deals",
            "--application-url and --seed are for --probe",
            "give --probe too, or leave them out",
        ),
        (
            "new tenant x --repeatable --timestamp",
            "a repeatable has no number and nothing to take back",
            "leave the other options out",
        ),
        (
            "--config nowhere.yaml status",
            "--config: there is no file nowhere.yaml",
            "name the project's folder or its sqlmig.yaml",
        ),
    ],
)
def test_a_call_that_cannot_be_carried_out_says_what_to_write_instead(offline, words, message, advice):
    answer = offline(*(words.split() if isinstance(words, str) else words))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == f"sqlmig: error: {message}\n  next: {advice}\n"


def test_without_a_project_it_says_where_it_looked(offline, tmp_path):
    answer = offline("status")
    assert answer.status == 2
    assert answer.err.startswith(f"sqlmig: error: there is no sqlmig.yaml; looked in {tmp_path}, ")
    assert "  next: run `sqlmig init` here, " in answer.err


@pytest.mark.parametrize("words", ["aply --format json", "status --format=json --nonsense", "rollback --format json"])
def test_a_program_gets_one_document_for_a_wrong_call(offline, words):
    answer = offline(*words.split())
    assert (answer.status, answer.err) == (2, "")
    document = json.loads(answer.out)
    assert (document["format"], document["kind"], document["exit_status"]) == ("sqlmig.error/1", "usage", 2)
    assert document["problems"][0]["message"]


def test_no_command_at_all_shows_the_help(offline):
    answer = offline()
    assert answer.status == 0
    assert answer.out.startswith("Usage: sqlmig [OPTIONS] COMMAND [ARGS]...")
    assert "  rollback  Take migrations back, newest first.\n" in answer.out


@pytest.mark.parametrize("words", ["--env local config", "config --env local"])
def test_global_options_count_before_and_behind_the_command(offline, words):
    assert offline("init").status == 0
    answer = offline(*words.split())
    assert answer.status == 0
    assert "option --env" in answer.out


def test_the_configuration_may_be_named_by_its_folder_or_its_file(offline):
    assert offline("init", "here").status == 0
    for path in ("here", "here/sqlmig.yaml"):
        assert offline("--config", path, "config").out.splitlines()[0].endswith("here/sqlmig.yaml")


def test_a_password_on_the_command_line_is_masked_everywhere(offline):
    assert offline("init").status == 0
    answer = offline("--database-url", "postgresql://u:hunter2@127.0.0.1:1/db", "config", "--format", "json")
    assert "hunter2" not in answer.out
    refused = offline("--database-url", "postgresql://u:hunter2@127.0.0.1:1/db", "-v", "status")
    assert refused.status == 2
    assert "hunter2" not in refused.out + refused.err


def test_a_fault_of_ours_is_no_traceback_and_no_success(offline, monkeypatch):
    from sqlmig.cli import run as running

    def broken(*_arguments: object, **_attributes: object) -> int:
        raise RuntimeError("postgresql://u:hunter2@h/db")

    monkeypatch.setattr(running.app, "main", broken)
    answer = offline("status")
    assert answer.status == 2
    assert answer.err == (
        "sqlmig: error: sqlmig failed in a way that it should not: RuntimeError\n"
        "  state: what was committed is in the history; `sqlmig status` tells where everything stands\n"
        "  next: run it again with -v and report what it prints\n"
    )
    assert offline("status", "--format", "json").json["kind"] == "internal"


def test_with_v_a_fault_of_ours_has_its_traceback_without_secrets(offline, monkeypatch):
    from sqlmig.cli.invocation import Invocation

    def broken(_self: Invocation) -> object:
        raise RuntimeError("postgresql://u:hunter2@h/db")

    monkeypatch.setattr(Invocation, "configured", broken)
    answer = offline("-v", "status")
    assert answer.status == 2
    assert "Traceback (most recent call last):" in answer.err
    assert "RuntimeError: postgresql://u:***@h/db" in answer.err
    assert "hunter2" not in answer.err
