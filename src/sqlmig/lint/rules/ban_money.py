"""Amounts of money."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlmig.lint.additions import new_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.texts import type_text

_AMOUNT = re.compile(r"(?:^|_)(?:price|amount|cost|total)s?(?:_|$)", re.IGNORECASE)


@file_rule(severity=Severity.INFO, pack=Pack.STYLE)
def ban_money(file: FileContext) -> Iterator[Flag]:
    """A column of a new table of type money; or real or double precision, with a price, amount, cost or total in it.

    Effect: how a money value is read and shown, and how many decimals it has, depends on the lc_monetary of the server;
    it has no currency. A real or double precision has no exact decimals: sums of it are off by fractions.

    Instead: numeric, and the currency in a column of its own.
    """
    for added in new_columns(file):
        kind, name = added.column.type, added.column.name
        if kind is None:
            continue
        if kind.builtin == "money":
            message = f"How {added.words} is read and shown depends on the server's lc_monetary."
        elif kind.builtin in ("float4", "float8") and _AMOUNT.search(name):
            message = f"{added.words} is {type_text(kind)}, which has no exact decimals: sums are off by fractions."
        else:
            continue
        yield Flag(message, "Make it numeric:", f"{quote_ident(name)} numeric(12, 2)", at=added.written.at)
