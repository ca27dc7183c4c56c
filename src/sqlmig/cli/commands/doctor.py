"""`sqlmig doctor`."""

from __future__ import annotations

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
    fix_script: bool,
    list_checks: bool,
    explain: str | None,
    output: str,
) -> int:
    """Check on the live database that tenants are kept apart, and that nothing is about to break.

    Reads the catalog only, for all tenants at once: row level security and its policies, owners and roles, keys and
    indexes, functions and views, sequences, constraints. What is wrong in many schemas is told once. A check that could
    not be made is told, too, and is status 1 like a finding.
    """
    from sqlmig.admin.doctor import doctor as examine
    from sqlmig.plan.doctor import Severity, version_differences
    from sqlmig.report.doctor import diagnosis_json, diagnosis_text, differences_text
    from sqlmig.report.doctor_script import fix_script as script_of

    if list_checks or explain is not None:
        return _show_checks(explain, output)
    if fix_script and output != "text":
        raise UsageError(
            "--fix-script prints SQL, not JSON", next="leave --format out; the JSON has the statements, too"
        )
    extensions: dict[str, Mapping[str, str]] = {}

    def ask(shard: Shard) -> Answer:
        project = shard.project
        found = examine(project, schemas=schemas, checks=checks, skip=skip)
        extensions[shard.database or ""] = found.extensions
        threshold = Severity(severity or project.config.doctor.fail_on)
        exit_status = 1 if found.fails(threshold) else 0
        if fix_script:
            return Answer(script_of(found), exit_status)
        if output == "json":
            return Answer(diagnosis_json(found, threshold), exit_status)
        return Answer(diagnosis_text(found, table_style()), exit_status)

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
