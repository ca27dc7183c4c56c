"""`sqlmig doctor`."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import Choice, format_option
from sqlmig.cli.output import show, show_json, table_style, tell
from sqlmig.cli.sharding import Answer, Shard, on_databases
from sqlmig.errors import UsageError


@command("doctor")
@click.option(
    "--schema",
    "schemas",
    metavar="SCHEMA",
    multiple=True,
    help="Only this tenant's schema; may be a pattern such as 'tenant_a*', and may be repeated.",
)
@click.option("--check", "checks", metavar="ID", multiple=True, help="Only this check; may be repeated.")
@click.option("--skip", metavar="ID", multiple=True, help="Not this check; may be repeated.")
@click.option(
    "--severity",
    type=Choice("error", "warning", "note"),
    help="The mildest finding for status 1; without it, doctor.fail_on counts.",
)
@click.option(
    "--probe",
    is_flag=True,
    help="Also try, as the application, to get at other tenants' rows; all of it is rolled back.",
)
@click.option(
    "--application-url",
    metavar="URL",
    help="What the application connects with, without a password; SQLMIG_APPLICATION_URL may hold one.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Another number lets --probe take other tenants.",
)
@click.option("--fix-script", is_flag=True, help="Print the SQL that mends what was found, and change nothing.")
@click.option("--list", "list_checks", is_flag=True, help="List all checks.")
@click.option("--explain", metavar="ID", help="Show why a check matters, and its query.")
@format_option("text", "json")
def doctor(
    invocation: Invocation,
    schemas: tuple[str, ...],
    checks: tuple[str, ...],
    skip: tuple[str, ...],
    severity: str | None,
    probe: bool,
    application_url: str | None,
    seed: int,
    fix_script: bool,
    list_checks: bool,
    explain: str | None,
    output: str,
) -> int:
    """Check on the live database that tenants are kept apart, and that nothing is about to break.

    Reads the catalog only, for all tenants at once: row level security and its policies, owners and roles, keys and
    indexes, functions and views, sequences, constraints. What is wrong in many schemas is told once. A check that could
    not be made is told, too, and is status 1 like a finding. With --probe, so is every way to rows of another tenant.
    """
    from sqlmig.admin.doctor import doctor as examine
    from sqlmig.admin.probe import application_url_of
    from sqlmig.admin.probe import probe as try_out
    from sqlmig.plan.doctor import Severity, version_differences
    from sqlmig.report.doctor import diagnosis_json, diagnosis_text, differences_text
    from sqlmig.report.doctor_script import fix_script as script_of
    from sqlmig.report.probe import probe_json, probe_text

    if list_checks and explain is not None:
        raise UsageError("--list and --explain exclude each other", next="give one of them")
    if list_checks or explain is not None:
        return _show_checks(explain, output)
    if not probe and (application_url is not None or seed):
        raise UsageError("--application-url and --seed are for --probe", next="give --probe too, or leave them out")
    if fix_script and output != "text":
        raise UsageError(
            "--fix-script prints SQL, not JSON", next="leave --format out; the JSON has the statements, too"
        )
    if probe and fix_script:
        raise UsageError(
            "--fix-script and --probe exclude each other", next="what the probe finds is mended by what doctor names"
        )
    url = application_url_of(application_url, os.environ)
    extensions: dict[str, Mapping[str, str]] = {}

    def ask(shard: Shard) -> Answer:
        project = shard.project
        found = examine(project, schemas=schemas, checks=checks, skip=skip)
        extensions[shard.database or ""] = found.extensions
        threshold = Severity(severity or project.config.doctor.fail_on)
        exit_status = 1 if found.fails(threshold) else 0
        if fix_script:
            return Answer(script_of(found), exit_status)
        count = project.config.doctor.probe_tenants
        tried = try_out(project, tenants=count, application_url=url, seed=seed) if probe else None
        if tried is not None and not tried.isolated:
            exit_status = 1
        if output == "json":
            shown = diagnosis_json(found, threshold)
            return Answer(shown if tried is None else shown | {"probe": probe_json(tried)}, exit_status)
        text = diagnosis_text(found, table_style())
        return Answer(text if tried is None else f"{text}\n{probe_text(tried)}", exit_status)

    if fix_script:
        # A script is for one database; where several are configured, connecting says to name one.
        answer = ask(Shard(invocation.project(), None, tell))
        show(str(answer.shown))
        return answer.exit_status
    exit_status = on_databases(invocation, "doctor", output, ask)
    if differing := version_differences(extensions):
        tell(differences_text(differing))
    return exit_status


def _show_checks(explain: str | None, output: str) -> int:
    from sqlmig.catalog.checks import catalogue, check_named
    from sqlmig.report.doctor import check_text, checks_json, checks_text

    checks = catalogue() if explain is None else (check_named(explain),)
    if output == "json":
        show_json(checks_json(checks))
    else:
        show(checks_text(checks, table_style()) if explain is None else check_text(checks[0]))
    return 0
