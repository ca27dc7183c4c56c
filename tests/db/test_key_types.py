"""What the linter says of foreign keys between types is what a server does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import psycopg

from sqlmig.lint.keytypes import Fit, fit_of
from sqlmig.sql.definitions import TypeName

TYPES = ["int2", "int4", "int8", "numeric", "float4", "float8", "text", "varchar", "bpchar", "date", "timestamp"]
TYPES += ["timestamptz", "uuid", "bool", "bytea"]


def test_exactly_the_foreign_keys_that_the_server_refuses_are_called_refused(
    connect: Callable[..., psycopg.Connection[Any]],
):
    connection = connect()
    for name in TYPES:
        connection.execute(f"CREATE TABLE of_{name} (key {name} PRIMARY KEY)")
    refused = set()
    for own, other in itertools.product(TYPES, TYPES):
        try:
            connection.execute(f"CREATE TABLE key_{own}_{other} (key {own} REFERENCES of_{other})")
        except psycopg.errors.DatatypeMismatch:
            refused.add((own, other))
    told = {
        (own, other)
        for own, other in itertools.product(TYPES, TYPES)
        if fit_of(TypeName(schema=None, name=own), TypeName(schema=None, name=other)) is Fit.REFUSED
    }
    assert told == refused
