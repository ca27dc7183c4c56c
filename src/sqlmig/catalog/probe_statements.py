"""The isolation probe's statements: as the server gets them, and as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmig.db.composing import compose, filled
from sqlmig.plan.planting import arguments
from sqlmig.plan.probefacts import Relation
from sqlmig.plan.probevalues import Action
from sqlmig.sql.identifiers import quote_ident, quote_literal

MOST_ROWS = 1000
"""How many rows are counted: that there are any is what matters."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    text: str
    shown: str
    """Keys and values of rows have names in place of what they are."""


def statement(
    template: str, names: Mapping[str, str], values: Mapping[str, object], labels: Mapping[str, str] | None = None
) -> Statement:
    """A statement with names for its `{placeholders}` and values for its `%(parameters)s`.

    Args:
        template: the text.
        names: identifiers.
        values: what the server gets.
        labels: what people see in place of values; without one, the parameter's own name.
    """
    doubled = {place: name.replace("%", "%%") for place, name in names.items()}
    text = filled(compose(template, **doubled).as_string(), values)
    said = {name: (labels or {}).get(name, f":{name}") for name in values}
    shown = template.format(**{place: quote_ident(name) for place, name in doubled.items()}) % said
    return Statement(text, shown)


def reading(
    table: Relation, action: Action, tenant_column: str | None, tenant: str, marks: Sequence[str] = ()
) -> Statement:
    """Counts the rows of a tenant that can be read.

    Args:
        table: where; a function is called.
        action: READ, COPY or CALL.
        tenant_column: what tells whose a row is; None where every row that holds one of the marks, or without
            marks every row, is the tenant's.
        tenant: its id.
        marks: texts that only the tenant's rows hold.
    """
    values: dict[str, object] = {"tenant": tenant}
    names, labels = {"s": table.schema, "t": table.name}, {"tenant": quote_literal(tenant)}
    source = "{s}.{t}"
    if action is Action.CALL:
        source += _called(table, tenant, values, labels)
    condition = ""
    if tenant_column is not None:
        condition, names["c"] = " WHERE found.{c} = %(tenant)s", tenant_column
    elif marks:
        values["marks"], labels["marks"] = list(marks), ":keys_of_its_rows"
        holds = "pg_catalog.strpos(found::text, mark) > 0"
        condition = f" WHERE EXISTS (SELECT FROM pg_catalog.unnest(%(marks)s::text[]) AS mark WHERE {holds})"
    rows = f"SELECT FROM {source} AS found{condition} LIMIT {MOST_ROWS}"
    whole = "COPY ({}) TO STDOUT" if action is Action.COPY else "SELECT count(*) FROM ({}) AS rows"
    return statement(whole.format(rows), names, values, labels)


def _called(function: Relation, tenant: str, values: dict[str, object], labels: dict[str, str]) -> str:
    """What stands behind the name of a function."""
    texts = []
    for number, given in enumerate(arguments(function, tenant)):
        values[f"a{number}"], labels[f"a{number}"] = given, quote_literal(given)
        type_ = function.argument_types[number].replace("%", "%%").replace("{", "{{").replace("}", "}}")
        texts.append(f"%(a{number})s::{type_}")
    return f"({', '.join(texts)})"


def insertion(table: Relation, values: Mapping[str, str], *, returning: Sequence[str] = ()) -> Statement:
    """Writes one row."""
    names = {"s": table.schema, "t": table.name}
    names |= {f"c{number}": column for number, column in enumerate(values)}
    names |= {f"r{number}": column for number, column in enumerate(returning)}
    columns = ", ".join(f"{{c{number}}}" for number in range(len(values)))
    row = ", ".join(f"%(v{number})s" for number in range(len(values)))
    # Explicit keys leave the sequences of identity columns where they are.
    written = f"({columns}) OVERRIDING SYSTEM VALUE VALUES ({row})" if values else "DEFAULT VALUES"
    back = ", ".join(f"{{r{number}}}::text" for number in range(len(returning)))
    template = f"INSERT INTO {{s}}.{{t}} {written}{f' RETURNING {back}' if returning else ''}"
    labels = {f"v{number}": f":{column}" for number, column in enumerate(values)}
    return statement(template, names, {f"v{n}": value for n, value in enumerate(values.values())}, labels)


def change(
    table: Relation, action: Action, key: Mapping[str, str], tenant_column: str | None, tenant: str
) -> Statement:
    """Changes, removes or gives away one row.

    Args:
        table: where.
        action: UPDATE, DELETE or MOVE.
        key: what finds the row; empty where none is known.
        tenant_column: the tenant column, where the table has it.
        tenant: the id of the tenant whose row it is, or with MOVE becomes.
    """
    names = {"s": table.schema, "t": table.name}
    names |= {f"k{number}": column for number, column in enumerate(key)}
    values = {f"k{number}": value for number, value in enumerate(key.values())}
    labels = {f"k{number}": f":{column}" for number, column in enumerate(key)}
    conditions = [f"{{k{number}}} = %(k{number})s" for number in range(len(key))] or ["false"]
    if action is Action.DELETE:
        head = "DELETE FROM {s}.{t}"
    elif action is Action.MOVE:
        head, names["c"] = "UPDATE {s}.{t} SET {c} = %(tenant)s", tenant_column or ""
        values["tenant"], labels["tenant"] = tenant, quote_literal(tenant)
        if table.small:
            # A condition reads, and then the policies for reading judge the new row too: this one is sharper.
            return statement(head, names, values, labels)
    else:
        names["c"], harmless = _changed(table, tenant_column)
        head = "UPDATE {s}.{t} SET {c} = DEFAULT" if harmless else "UPDATE {s}.{t} SET {c} = {c}"
    return statement(f"{head} WHERE {' AND '.join(conditions)}", names, values, labels)


def _changed(table: Relation, tenant_column: str | None) -> tuple[str, bool]:
    """The column that an UPDATE sets, and whether it may get its default: no key, and no sequence behind it."""
    special = {tenant_column, *table.key, *(column for one in table.references for column in one.columns)}
    free = [one for one in table.columns if one.name not in special and not one.counted]
    allowed = [one for one in free if one.may_update] or [one for one in table.columns if one.may_update]
    column = next(iter([*allowed, *free, *table.columns]))
    return column.name, column in free


def asked(table: Relation, action: Action) -> Statement:
    """What a right allows; it is not run."""
    text = "TRUNCATE {s}.{t}" if action is Action.TRUNCATE else "ALTER TABLE {s}.{t} DISABLE ROW LEVEL SECURITY"
    return statement(text, {"s": table.schema, "t": table.name}, {})
