"""What is known of a tenant besides where it stands: its state, what holds it, and what may be done to it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from sqlmig.project.model import Tenant, version_label
from sqlmig.project.nearest import did_you_mean


class TenantState(Enum):
    """Where a tenant is in its life. The values are public: they stand in the history and in JSON."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """The application's access is taken away; migrations go on while the registry gives the tenant."""
    DROPPING = "dropping"
    """Its schema is renamed away, and goes when its time is over."""
    PURGING = "purging"
    """Its schema is being taken apart: nothing brings it back."""
    DROPPED = "dropped"
    """Nothing of it is left but the log."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A tenant is not taken beyond a version of a track."""

    at: int
    """The highest version; 0 for none at all."""
    reason: str

    def __str__(self) -> str:
        return f"held at {version_label(self.at)}: {self.reason}"


Holds = Mapping[tuple[str, str], Hold]
"""By track and target."""


@dataclass(frozen=True, slots=True)
class KnownTenant:
    """A tenant as registry and history know it together."""

    tenant: Tenant
    """With the schema that it has now: that of a dropped tenant is the name that it was renamed away to."""
    state: TenantState = TenantState.ACTIVE
    listed: bool = True
    """Whether the registry gives it."""
    holds: Mapping[str, Hold] = field(default_factory=dict)
    """By track."""
    template: str | None = None
    former: str | None = None
    """The schema's name before a drop renamed it away."""
    former_state: TenantState | None = None
    """Its state before the drop."""
    drop_after: datetime.datetime | None = None
    """When a dropped tenant's schema may go for good."""
    reason: str | None = None
    """Of the state."""
    actor: str | None = None
    changed_at: datetime.datetime | None = None

    @property
    def label(self) -> str:
        """How people call it: its slug."""
        return self.tenant.slug


class Verb(Enum):
    """What may be asked of a tenant."""

    SUSPEND = "suspend"
    ACTIVATE = "activate"
    HOLD = "hold"
    RENAME = "rename"
    DROP = "drop"
    UNDROP = "undrop"
    PURGE = "purge"


class Answer(Enum):
    """Whether it is done."""

    YES = "yes"
    ALREADY = "already"
    """The tenant is there already: nothing is to be done."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a tenant in its state may be suspended, dropped and so on; why not, and what to do instead."""

    answer: Answer
    message: str = ""
    next: str = ""


def may(verb: Verb, one: KnownTenant) -> Decision:
    """What a tenant's state says to what is asked of it."""
    slug, state = one.label, one.state
    known = state in (TenantState.ACTIVE, TenantState.SUSPENDED)
    match verb, state:
        case (Verb.SUSPEND, TenantState.SUSPENDED) | (Verb.DROP, TenantState.DROPPING):
            return Decision(Answer.ALREADY)
        case Verb.ACTIVATE, TenantState.ACTIVE if one.listed:
            return Decision(Answer.ALREADY)
        case ((Verb.UNDROP | Verb.PURGE), TenantState.DROPPING) | (Verb.PURGE, TenantState.PURGING):
            return Decision(Answer.YES)
        case ((Verb.SUSPEND | Verb.ACTIVATE | Verb.HOLD | Verb.RENAME | Verb.DROP), _) if known:
            return Decision(Answer.YES)
        case _, TenantState.DROPPING:
            back = f"`sqlmig tenant undrop {slug}` brings it back"
            return Decision(Answer.NO, f"tenant {slug} was dropped; its schema is now {one.tenant.schema}", back)
        case _, TenantState.PURGING:
            half = f"tenant {slug} was dropped, and its schema {one.tenant.schema} is half taken apart"
            return Decision(Answer.NO, half, f"`sqlmig tenant purge {slug}` goes on with that")
        case _, TenantState.DROPPED:
            gone = f"tenant {slug} is gone: it was dropped, and nothing of it is left but the log and its backups"
            return Decision(Answer.NO, gone, f"`sqlmig tenant show {slug}` shows the backups")
    message = f"tenant {slug} was not dropped: it is {state.value}"
    return Decision(Answer.NO, message, f"`sqlmig tenant drop {slug}` drops it")


def together(
    registry: Sequence[Tenant], recorded: Iterable[KnownTenant], targets: Mapping[str, str]
) -> tuple[KnownTenant, ...]:
    """Every tenant that registry or history know: those that the registry gives first, in its order.

    Args:
        registry: the active tenants.
        recorded: what the history has of tenants.
        targets: by key, the schema of every tenant that something was applied to.
    """
    rows = {one.tenant.id: one for one in recorded}
    found = [_listed(tenant, rows.get(tenant.id)) for tenant in registry]
    listed = {tenant.id for tenant in registry}
    found += [one for one in rows.values() if one.tenant.id not in listed]
    seen = listed | rows.keys()
    found += [
        # Without the registry nobody knows its slug.
        KnownTenant(Tenant(key, schema, schema), listed=False)
        for key, schema in sorted(targets.items(), key=lambda item: item[1])
        if key not in seen
    ]
    return tuple(found)


def _listed(tenant: Tenant, row: KnownTenant | None) -> KnownTenant:
    if row is None or row.state is TenantState.DROPPED:
        # Another tenant has the key of one that is gone: what is recorded is not its own.
        return KnownTenant(tenant)
    if row.state in (TenantState.DROPPING, TenantState.PURGING):
        # Whatever the registry says of its schema: that is elsewhere now.
        return replace(row, listed=True)
    return KnownTenant(
        tenant,
        row.state,
        holds=row.holds,
        template=row.template,
        former=row.former,
        former_state=row.former_state,
        drop_after=row.drop_after,
        reason=row.reason,
        actor=row.actor,
        changed_at=row.changed_at,
    )


def find(tenants: Sequence[KnownTenant], name: str, verb: Verb | None = None) -> tuple[KnownTenant, ...]:
    """The tenants that somebody may mean: by slug; else by schema, its former one, or id.

    Args:
        tenants: all of them.
        name: what somebody wrote.
        verb: what is to be done: what was dropped is brought back, and what is alive is dropped.
    """
    order = (_AWAY, _ALIVE, _GONE) if verb in (Verb.UNDROP, Verb.PURGE) else (_ALIVE, _AWAY, _GONE)
    for states in order:
        among = [one for one in tenants if one.state in states]
        for called in (_by_slug, _by_schema):
            if found := tuple(one for one in among if called(one, name)):
                return found
    return ()


_ALIVE = (TenantState.ACTIVE, TenantState.SUSPENDED)
_AWAY = (TenantState.DROPPING, TenantState.PURGING)
_GONE = (TenantState.DROPPED,)


def nearest(tenants: Sequence[KnownTenant], name: str) -> str:
    """What to say when a name is nobody's."""
    return did_you_mean(name, [one.label for one in tenants])


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a tenant that something was done to."""

    verb: Verb
    before: KnownTenant
    after: KnownTenant
    answer: Answer = Answer.YES
    hook: str | None = None
    """The lifecycle file that ran."""
    behind: int = 0
    """Migrations and repeatables that `apply` would run now."""
    warnings: tuple[str, ...] = ()
    backup: str | None = None
    """The backup that was made before."""


def _by_slug(one: KnownTenant, name: str) -> bool:
    return one.label == name


def _by_schema(one: KnownTenant, name: str) -> bool:
    return name in (one.tenant.schema, one.former, one.tenant.id)
