"""What became of a tenant, and all that is known of one: in words, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmig.plan.tenantfacts import TenantFacts
from sqlmig.plan.tenantstates import Answer, Changed, KnownTenant, TenantState, Verb
from sqlmig.report.history import history_text
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table
from sqlmig.report.words import counted, moment, moment_json, version

_TONES = {
    TenantState.ACTIVE: Tone.GOOD,
    TenantState.SUSPENDED: Tone.WARN,
    TenantState.DROPPING: Tone.BAD,
    TenantState.PURGING: Tone.BAD,
    TenantState.DROPPED: Tone.PLAIN,
}


def changed_text(changed: Changed) -> str:
    """What is true of the tenant now, and what to do next."""
    lines = [_sentence(changed)]
    if changed.hook is not None:
        lines.append(f"  ran {changed.hook}")
    elif changed.verb in (Verb.SUSPEND, Verb.ACTIVATE) and changed.answer is Answer.YES:
        lines.append(f"  the project has no {changed.verb.value}.sql: nothing but the history was changed")
    if changed.backup is not None:
        lines.append(f"  backup {changed.backup}")
    if changed.behind:
        schema = changed.after.tenant.schema
        lines.append(f"  {counted(changed.behind, 'step')} behind; to bring it up: sqlmig apply --schema {schema}")
    return "\n".join(lines) + "\n"


def warnings_text(changed: Changed) -> str:
    """What somebody should look at; empty when there is nothing."""
    return "\n".join(f"warning: {warning}" for warning in changed.warnings)


def changed_json(changed: Changed) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": f"sqlmig.tenant-{changed.verb.value}/1",
        "changed": changed.answer is Answer.YES,
        "before": tenant_json(changed.before),
        "tenant": tenant_json(changed.after),
        "hook": changed.hook,
        "backup": changed.backup,
        "behind": changed.behind,
        "warnings": list(changed.warnings),
    }


def purged_text(purged: Sequence[Changed]) -> str:
    """Which tenants are gone for good."""
    if not purged:
        return "no dropped tenant is due\n"
    return "".join(changed_text(one) for one in purged)


def purged_json(purged: Sequence[Changed]) -> dict[str, object]:
    """The same for programs."""
    return {"format": "sqlmig.tenant-purge/1", "tenants": [tenant_json(one.after) for one in purged]}


def known_text(tenants: Sequence[KnownTenant], style: Style = PLAIN) -> str:
    """A table of every tenant that registry or history know."""
    if not tenants:
        return "there is no tenant\n"
    rows: list[list[Cell | str]] = [
        [one.label, one.tenant.schema, one.tenant.id, Cell(one.state.value, _TONES[one.state]), _remark(one)]
        for one in tenants
    ]
    return table(["slug", "schema", "id", "state", "remark"], rows, style) + "\n"


def known_json(tenants: Sequence[KnownTenant]) -> dict[str, object]:
    """Every tenant that registry or history know, for programs."""
    return {"format": "sqlmig.tenant-list/1", "tenants": [{**one.tenant.row, **tenant_json(one)} for one in tenants]}


def tenant_json(one: KnownTenant) -> dict[str, object]:
    """A tenant for programs."""
    return {
        "id": one.tenant.id,
        "slug": one.label,
        "schema": one.tenant.schema,
        "state": one.state.value,
        "listed": one.listed,
        "template": one.template,
        "holds": {track: {"at": hold.at, "reason": hold.reason} for track, hold in one.holds.items()},
        "former_schema": one.former,
        "drop_after": moment_json(one.drop_after),
        "reason": one.reason,
        "actor": one.actor,
        "changed_at": moment_json(one.changed_at),
    }


def facts_text(facts: TenantFacts, style: Style = PLAIN) -> str:
    """A tenant on one screen."""
    one = facts.known
    lines = [
        ("slug", one.label),
        ("id", one.tenant.id),
        ("schema", one.tenant.schema + ("" if facts.schema_exists else " (not there)")),
        ("state", _state(one)),
        *([("template", one.template)] if one.template is not None else []),
        *(("hold", f"{track}: {hold}") for track, hold in one.holds.items()),
        *((f"track {of.target.track}", _standing(of.standing.value, of.head, of.pending)) for of in facts.targets),
        *([("size", size(facts.bytes))] if facts.bytes is not None else []),
        *([("fingerprint", facts.fingerprint[:16])] if facts.fingerprint is not None else []),
    ]
    width = max(len(name) for name, _ in lines)
    parts = ["\n".join(f"{name:<{width}}  {text}" for name, text in lines)]
    if facts.backups:
        rows: list[list[Cell | str]] = [
            [moment(b.started_at), b.backup_id, b.state, Cell(size(b.bytes or 0), right=True), b.url]
            for b in facts.backups
        ]
        parts.append(table(["backup at (UTC)", "id", "state", "size", "where"], rows, style))
    if facts.log:
        parts.append(history_text(facts.log, style).rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def facts_json(facts: TenantFacts) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.tenant-show/1",
        "tenant": tenant_json(facts.known),
        "row": dict(facts.known.tenant.row),
        "schema_exists": facts.schema_exists,
        "targets": [
            {
                "track": one.target.track,
                "standing": one.standing.value,
                "version": one.head,
                "pending": one.pending,
                "updated_at": moment_json(one.updated_at),
            }
            for one in facts.targets
        ],
        "bytes": facts.bytes,
        "fingerprint": facts.fingerprint,
        "backups": [
            {
                "id": one.backup_id,
                "state": one.state,
                "url": one.url,
                "bytes": one.bytes,
                "started_at": moment_json(one.started_at),
            }
            for one in facts.backups
        ],
        "log": [
            {
                "at": moment_json(one.at),
                "action": one.action,
                "version": one.version,
                "name": one.name,
                "outcome": one.outcome,
                "seconds": round(one.duration, 3),
                "actor": one.actor,
                "reason": one.reason,
                "message": one.message,
            }
            for one in facts.log
        ],
    }


def size(number: int) -> str:
    """`512 bytes`, `8 kB`, `1.2 GB`."""
    if number < 1024:
        return f"{number} bytes"
    amount = float(number)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1024
        if amount < 1024 or unit == "TB":
            break
    return f"{amount:.0f} {unit}" if amount >= 9.95 else f"{amount:.1f} {unit}"


def left_text(schema: str, left: int) -> str:
    """How far a purge is."""
    return f"{schema}: {counted(left, 'object')} left"


def _sentence(changed: Changed) -> str:
    before, after, slug = changed.before, changed.after, changed.after.label
    already = " already" if changed.answer is Answer.ALREADY else ""
    match changed.verb:
        case Verb.SUSPEND | Verb.ACTIVATE:
            return f"tenant {slug} is {after.state.value}{already}" + _because(after.reason)
        case Verb.HOLD if after.holds:
            held = "; ".join(f"{hold} (track {track})" for track, hold in after.holds.items())
            return f"tenant {slug} is{already} {held}"
        case Verb.HOLD:
            return f"tenant {slug} is not held" + (" by anything" if already else " any more")
        case Verb.RENAME:
            moved = (
                f"schema {before.tenant.schema} is now {after.tenant.schema}"
                if before.tenant.schema != after.tenant.schema
                else f"schema {after.tenant.schema} keeps its name"
            )
            return f"tenant {before.label} is now {slug}; {moved}"
        case Verb.DROP:
            where = f"its schema is now {after.tenant.schema}"
            until = f"until {moment(after.drop_after)} UTC: sqlmig tenant undrop {slug}"
            return f"tenant {slug} is dropped{already}; {where}, and can be brought back {until}"
        case Verb.UNDROP:
            return f"tenant {slug} is back: schema {after.tenant.schema}, {after.state.value}"
        case Verb.PURGE:
            return f"tenant {slug} is gone for good"
    raise AssertionError(changed.verb)


def _state(one: KnownTenant) -> str:
    since = f" since {moment(one.changed_at)} UTC by {one.actor}" if one.changed_at is not None else ""
    remark = _remark(replace(one, holds={}))
    return f"{one.state.value}{since}" + (f"; {remark}" if remark else "")


def _remark(one: KnownTenant) -> str:
    remarks = [one.reason] if one.reason and one.state is not TenantState.ACTIVE else []
    remarks += [str(hold) for hold in one.holds.values()]
    if one.state is TenantState.DROPPING and one.drop_after is not None:
        remarks.append(f"was {one.former}; goes after {moment(one.drop_after)} UTC")
    if one.state in (TenantState.ACTIVE, TenantState.SUSPENDED) and not one.listed:
        remarks.append("the registry does not give it")
    return "; ".join(remarks)


def _standing(standing: str, head: int, pending: int) -> str:
    return f"{standing} at {version(head)}" + (f", {pending} pending" if pending else "")


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""
