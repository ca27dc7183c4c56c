"""Hypertables: by the call of a function, by options of CREATE TABLE, with what ALTER TABLE says of the columnstore."""

from __future__ import annotations

import pytest

from replayed import table

METRICS = "CREATE TABLE t (time timestamptz NOT NULL, tenant_id uuid, value float8)"


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(f"{METRICS}; SELECT create_hypertable('t', 'time')", id="by column"),
        pytest.param(f"{METRICS}; SELECT create_hypertable('here.t', by_range('time'))", id="by range"),
        pytest.param(
            f"{METRICS}; SELECT * FROM public.create_hypertable('t', 'time', migrate_data => true)", id="from"
        ),
        pytest.param(
            f"{METRICS}; SELECT create_hypertable(relation => 't', dimension => by_range('time', INTERVAL '1 day'))",
            id="by names of arguments",
        ),
        pytest.param(f"{METRICS} WITH (tsdb.hypertable, tsdb.partition_column = 'time')", id="with"),
    ],
)
def test_a_hypertable_and_its_time_column(made: str):
    assert table(made).hypertable.time_column == "time"


@pytest.mark.parametrize(
    "call", ["create_hypertable('it''s', 'time')", "create_hypertable(x, y)", "create_hypertable()"]
)
def test_a_call_that_cannot_be_read_makes_nothing_of_anything(call: str):
    assert table(f"{METRICS}; SELECT {call}").hypertable is None


def test_a_table_is_none_because_another_function_is_called():
    assert table(f"{METRICS}; SELECT pg_table_size('t')").hypertable is None


def test_the_columnstore_and_what_it_is_segmented_by():
    enabled = "SET (timescaledb.compress, timescaledb.compress_segmentby = 'tenant_id, \"Kind\"')"
    found = table(f"{METRICS}; SELECT create_hypertable('t', 'time'); ALTER TABLE t {enabled}").hypertable
    assert (found.columnstore, found.segment_by) == (True, ("tenant_id", "Kind"))


def test_the_columnstore_switched_off():
    found = table(
        f"""{METRICS} WITH (tsdb.hypertable, tsdb.columnstore, tsdb.partition_column = 'time');
        ALTER TABLE t SET (timescaledb.enable_columnstore = false)"""
    )
    assert not found.hypertable.columnstore


def test_columns_keep_their_meaning_when_they_are_renamed():
    found = table(f"{METRICS}; SELECT create_hypertable('t', 'time'); ALTER TABLE t RENAME COLUMN time TO at")
    assert found.hypertable.time_column == "at"
