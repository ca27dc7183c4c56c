"""Rows that the isolation probe goes for: those that are there, and planted ones where a table has none.

They are planted by the role that migrates, in the transaction in which the application then tries, and which is rolled
back: nobody else ever sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmig.catalog.probe_statements import insertion, statement
from sqlmig.db.composing import quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Row, Session
from sqlmig.plan.planting import MARK, TRIALS, candidates, needed, next_choice
from sqlmig.plan.probefacts import Facts, Reference, Relation
from sqlmig.plan.probevalues import Pair
from sqlmig.plan.results import ServerError
from sqlmig.project.model import Tenant


@dataclass(frozen=True, slots=True)
class Setting:
    """How the application says which tenant it works for."""

    name: str
    """Of the setting that policies compare."""
    column: str
    """The tenant column."""
    search_path: tuple[str, ...]
    """What stands behind the tenant's schema."""

    def be(self, tenant: Tenant, schema: str) -> str:
        """The statements that make the session work for a tenant, in a schema, until the transaction ends."""
        return f"SET LOCAL search_path = {quoted(schema, *self.search_path)}; {self.say(tenant.id)}"

    def say(self, value: str) -> str:
        """The statement that gives the setting a value."""
        given = {"name": self.name, "value": value}
        return statement("SELECT pg_catalog.set_config(%(name)s, %(value)s, true)", {}, given).text

    def of(self, table: Relation) -> str | None:
        """The tenant column of a table; None where it has none."""
        return self.column if table.has(self.column) else None


@dataclass(frozen=True, slots=True)
class Witness:
    """A row of a tenant: it is there, so that not to see it proves something."""

    values: Mapping[str, str]
    """What finds it, and what others refer to, as text."""
    planted: bool = False
    choice: Mapping[str, int] = field(default_factory=dict)
    """Which candidates a new row's values are best made of."""


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no row to try with."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows of one pair: what there is, and what a new row would need."""

    session: Session
    """Of the role that migrates, in the transaction that is going to be rolled back."""
    facts: Facts
    setting: Setting
    salt: str
    found: dict[tuple[str, str, str], Witness | Missing] = field(default_factory=dict)
    """By schema, table and the tenant's id."""
    others: dict[Reference, Mapping[str, str] | None] = field(default_factory=dict)
    """Rows of tables that are no tenant's, by the foreign key that needs one."""

    def witness(self, table: Relation, tenant: Tenant) -> Witness | Missing:
        """The row of a tenant in a table."""
        return self.found.get((table.schema, table.name, tenant.id), Missing("there is no row to try with"))

    def key(self, table: Relation, tenant: Tenant) -> Mapping[str, str]:
        """What finds that row; empty where there is none."""
        witness = self.witness(table, tenant)
        values = witness.values if isinstance(witness, Witness) else {}
        return {name: values[name] for name in table.key or ("ctid",) if name in values}


def prepare(
    session: Session, facts: Facts, pair: Pair, setting: Setting, salt: str, referring: Iterable[Relation] = ()
) -> Ground:
    """Finds a row of each tenant in each table, and plants one where there is none.

    Args:
        session: of the role that migrates, in a transaction.
        facts: the tables.
        pair: the tenants.
        setting: how the session works for one of them.
        salt: another one gives planted rows other keys.
        referring: tables in which the first tenant is going to try a row that all checks must accept.
    """
    ground = Ground(session, facts, setting, salt)
    # Where the role may, no trigger fires for a planted row: what it would do outside cannot be rolled back.
    quiet = not isinstance(_guarded(session, "SET LOCAL session_replication_role = replica"), ServerError)
    for tenant, strange in ((pair.other, None), (pair.tenant, pair.other.schema)):
        tables = [
            one
            for one in facts.by_name.values()
            if one.schema != strange and (one.has(setting.column) or one.schema == pair.other.schema)
        ]
        for table in _parents_first(tables):
            session.run(setting.be(tenant, table.schema))
            ground.found[table.schema, table.name, tenant.id] = _witness(ground, table, tenant)
    for table in referring:
        _accept(ground, table, pair.tenant)
    if quiet:
        session.run("SET LOCAL session_replication_role = origin")
    _guarded(session, "SET CONSTRAINTS ALL IMMEDIATE")
    return ground


def new_row(ground: Ground, table: Relation, tenant: Tenant, purpose: str) -> dict[str, str] | Missing:
    """Values for a row of a tenant that is not there; each purpose gives it another key.

    A tenant's foreign keys point to rows of the same tenant.
    """
    values = _fixed(ground, table, tenant)
    if isinstance(values, Missing):
        return values
    witness = ground.witness(table, tenant)
    choice = witness.choice if isinstance(witness, Witness) else {}
    for name, offered in _offered(ground, table, tenant, values, purpose).items():
        if not offered:
            return Missing(f"no value is known for column {name}")
        values[name] = offered[choice.get(name, 0)]
    return values


def marks(ground: Ground, pair: Pair) -> tuple[str, ...]:
    """Texts that only rows of the other tenant hold: its id, and values that are long enough to be nobody else's."""
    values: dict[str, set[str]] = {pair.tenant.id: {pair.tenant.id}, pair.other.id: {pair.other.id}}
    for (_, _, owner), witness in ground.found.items():
        if isinstance(witness, Witness):
            values[owner].update(witness.values.values())
    only = values[pair.other.id] - values[pair.tenant.id]
    return tuple(sorted(value for value in only if len(value) >= 16))


def _witness(ground: Ground, table: Relation, tenant: Tenant) -> Witness | Missing:
    found = _existing(ground, table, _identifying(ground.facts, table), ground.setting.of(table), tenant.id)
    if isinstance(found, ServerError):
        return Missing(f"its rows cannot be looked at: {found.message}")
    if found is not None:
        return Witness(found)
    return Missing("the partition has no row of the tenant") if table.partition else _planted(ground, table, tenant)


def _accept(ground: Ground, table: Relation, tenant: Tenant) -> None:
    """Finds out what the checks of a table accept that has rows already; leaves no row."""
    witness = ground.witness(table, tenant)
    if isinstance(witness, Missing) or witness.planted:
        return
    ground.session.run("SAVEPOINT sqlmig_trial; " + ground.setting.be(tenant, table.schema))
    made = _planted(ground, table, tenant)
    ground.session.run("ROLLBACK TO SAVEPOINT sqlmig_trial; RELEASE SAVEPOINT sqlmig_trial")
    if isinstance(made, Witness):
        ground.found[table.schema, table.name, tenant.id] = replace(witness, choice=made.choice)


def _existing(
    ground: Ground, table: Relation, columns: Sequence[str], tenant_column: str | None, tenant: str
) -> Mapping[str, str] | ServerError | None:
    names = {"s": table.schema, "t": table.name, **{f"k{n}": column for n, column in enumerate(columns)}}
    shown = ", ".join(f"{{k{number}}}::text" for number in range(len(columns)))
    condition = ""
    if tenant_column is not None:
        condition, names["c"] = " WHERE {c} = %(tenant)s", tenant_column
    template = f"SELECT {shown} FROM {{s}}.{{t}}{condition} LIMIT 1"  # noqa: S608  placeholders
    text = statement(template, names, {"tenant": tenant}).text
    rows = _guarded(ground.session, text)
    if isinstance(rows, ServerError):
        return rows
    return _named(columns, rows[0]) if rows else None


def _planted(ground: Ground, table: Relation, tenant: Tenant) -> Witness | Missing:
    """Tries rows until the table's checks accept one."""
    fixed = _fixed(ground, table, tenant)
    if isinstance(fixed, Missing):
        return fixed
    offered = _offered(ground, table, tenant, fixed, "planted")
    unknown = next((name for name, listed in offered.items() if not listed), None)
    if unknown is not None:
        return Missing(f"no value is known for column {unknown}")
    counts = {name: len(listed) for name, listed in offered.items()}
    choice: dict[str, int] | None = dict.fromkeys(offered, 0)
    wanted, said = _identifying(ground.facts, table), "no value that its checks accept was found"
    for _ in range(TRIALS):
        if choice is None:
            break
        values = {**fixed, **{name: offered[name][number] for name, number in choice.items()}}
        answer = _guarded(ground.session, insertion(table, values, returning=wanted).text)
        if not isinstance(answer, ServerError):
            if not answer:
                return Missing("no row could be planted: a trigger or a rule swallows it")
            marked = {name: value for name, value in values.items() if value.startswith(MARK)}
            return Witness({**marked, **_named(wanted, answer[0])}, True, choice)
        said = answer.message
        refused = next((check.columns for check in table.checks if check.name == answer.constraint), ())
        choice = next_choice(choice, counts, list(offered) if answer.sqlstate == "23505" else refused)
    return Missing(f"no row could be planted: {said}")


def _fixed(ground: Ground, table: Relation, tenant: Tenant) -> dict[str, str] | Missing:
    """The values that are not free: the tenant, and the rows that the row refers to."""
    tenant_column = ground.setting.column
    fixed = {tenant_column: tenant.id} if table.has(tenant_column) else {}
    required = {one.name for one in table.columns if one.not_null and one.name != tenant_column}
    for reference in table.references:
        # A key that may be NULL is left out: checks often tie it to other columns.
        if not required.issuperset(set(reference.columns) - {tenant_column}) or {tenant_column} >= set(
            reference.columns
        ):
            continue
        parent = _parent(ground, reference, tenant)
        if parent is None:
            return Missing(f"it refers to {reference.table}, which has no row of the tenant")
        pairs = zip(reference.columns, reference.target_columns, strict=True)
        fixed |= {name: parent[target] for name, target in pairs if name != tenant_column and target in parent}
    return fixed


def _parent(ground: Ground, reference: Reference, tenant: Tenant) -> Mapping[str, str] | None:
    known = ground.found.get((reference.schema, reference.table, tenant.id))
    if known is not None:
        return known.values if isinstance(known, Witness) else None
    parent = ground.facts.table(reference.schema, reference.table)
    if parent is not None and parent.has(ground.setting.column):
        return None  # a tenant's table whose turn has not come: the two refer to each other
    if reference not in ground.others:
        target = Relation(reference.schema, reference.table)
        row = _existing(ground, target, reference.target_columns, None, "")
        ground.others[reference] = None if isinstance(row, ServerError) else row
    return ground.others[reference]


def _offered(
    ground: Ground, table: Relation, tenant: Tenant, fixed: Mapping[str, str], purpose: str
) -> dict[str, tuple[str, ...]]:
    salt = f"{ground.salt}:{tenant.id}:{purpose}:{table.schema}.{table.name}"
    return {one.name: candidates(table, one, salt) for one in needed(table) if one.name not in fixed}


def _identifying(facts: Facts, table: Relation) -> tuple[str, ...]:
    """The columns that find a row, and those that others refer to."""
    references = (one for relation in facts.relations for one in relation.references)
    targets = (one.target_columns for one in references if (one.schema, one.table) == (table.schema, table.name))
    return tuple(dict.fromkeys([*(table.key or ("ctid",)), *(column for columns in targets for column in columns)]))


def _parents_first(tables: Iterable[Relation]) -> Iterator[Relation]:
    """Tables behind those that they refer to; partitions last, when their parents have rows."""
    left = {(one.schema, one.name): one for one in sorted(tables, key=lambda one: one.partition)}
    while left:
        ready = (one for one in left.values() if not _targets(one) & left.keys())
        chosen = next(ready, None) or next(iter(left.values()))
        yield left.pop((chosen.schema, chosen.name))


def _targets(table: Relation) -> set[tuple[str, str]]:
    return {(one.schema, one.table) for one in table.references} - {(table.schema, table.name)}


def _named(columns: Sequence[str], row: Row) -> Mapping[str, str]:
    # A column that is NULL finds nothing, and nothing refers to it.
    return {name: value for name, value in zip(columns, row, strict=True) if value is not None}


def _guarded(session: Session, text: str) -> list[Row] | ServerError:
    """The rows of a statement, or the server's error; that spoils no transaction."""
    try:
        rows = session.run(f"SAVEPOINT sqlmig_guard; {text}; RELEASE SAVEPOINT sqlmig_guard")
    except ServerRefused as error:
        if session.broken:
            raise
        session.run("ROLLBACK TO SAVEPOINT sqlmig_guard; RELEASE SAVEPOINT sqlmig_guard")
        return error.said
    return rows[-1] if rows else []
