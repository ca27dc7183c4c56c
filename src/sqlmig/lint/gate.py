"""The gate of `apply`: what the linter says of the pending migrations, before anything is written."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.lint.run import Wanted, lint
from sqlmig.lint.settings import settings_of
from sqlmig.lint.values import Finding
from sqlmig.plan.values import Note, Plan, Reason, Refusal, Target, TargetPlan
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Track
from sqlmig.project.samples import Sample, sample_targets


def with_findings(files: ProjectFiles, plan: Plan) -> Plan:
    """The plan with a refusal for each finding at or above `apply.refuse_on`, and a note that counts the others.

    The pending files are judged as `sqlmig lint` judges them: for the samples of the configuration, and for the first
    target of each track that is about to get them; where kinds of tenants have files of their own, of each kind.
    """
    first: dict[tuple[str, str | None], TargetPlan] = {}
    for one in plan.pending:
        first.setdefault((one.target.track, files.variant(one.target.track, one.target.tenant)), one)
    # Of several that get a file, the first one is named.
    of_file = {work.script.path: one.target for one in reversed(first.values()) for work in one.works}
    of_track = {track: one.target for (track, _), one in reversed(first.items())}

    def samples(track: Track) -> tuple[Sample, ...]:
        configured = sample_targets(files, track)
        found = [one.target for (name, _), one in first.items() if name == track.name]
        real = tuple(Sample(target.schema, target.schema, target.tenant) for target in found)
        return (*configured, *real) if files.config.lint.samples else real or configured

    pending = frozenset(work.script.path for work in plan.works)
    linted = lint(files, settings_of(files.config), Wanted(paths=pending), samples=samples)
    threshold = files.config.apply.refuse_on
    refused = linted.result.at_least(threshold)
    refusals = tuple(
        _refusal(finding, of_file.get(finding.script) or of_track.get(finding.migration.split(" ", 1)[0]))
        for finding in refused
    )
    others = len(linted.result.findings) - len(refused)
    notes = (
        (Note(f"the linter has {_counted(others)} more to say of what is pending: see `sqlmig lint`"),)
        if others
        else ()
    )
    return replace(plan, refusals=(*plan.refusals, *refusals), notes=(*plan.notes, *notes))


def _refusal(finding: Finding, target: Target | None) -> Refusal:
    accept = f"write `-- sqlmig: allow {finding.rule}: <the reason>` above the statement"
    advice = f"{finding.instead}\n{finding.sql}".strip() if finding.instead or finding.sql else "change it"
    return Refusal(
        Reason.LINT,
        f"{finding.rule}: {finding.message}",
        f"{advice}\n  or, to accept it, {accept}",
        target,
        finding.place,
    )


def _counted(number: int) -> str:
    return "one thing" if number == 1 else f"{number} things"
