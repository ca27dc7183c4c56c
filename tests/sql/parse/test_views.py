"""CREATE VIEW, CREATE and REFRESH MATERIALIZED VIEW."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW s.v AS SELECT 1",
        "CREATE OR REPLACE TEMP VIEW v (a, b) AS SELECT 1, 2",
        "CREATE LOCAL TEMPORARY VIEW v AS VALUES (1)",
        "CREATE VIEW v WITH (security_barrier, check_option = 'local') AS TABLE t WITH CASCADED CHECK OPTION",
        "CREATE VIEW v AS SELECT * FROM f() WITH ORDINALITY WITH LOCAL CHECK OPTION",
        "CREATE VIEW v AS SELECT a::timestamp with time zone FROM t ORDER BY 1 FETCH FIRST ROW ONLY WITH CHECK OPTION",
        "CREATE OR REPLACE RECURSIVE VIEW v (a) AS VALUES (1) UNION ALL SELECT a + 1 FROM v",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "CREATE UNLOGGED MATERIALIZED VIEW IF NOT EXISTS s.v (a, b) USING heap WITH (x) TABLESPACE y AS SELECT 1, 2",
        "CREATE MATERIALIZED VIEW v AS WITH data AS (SELECT 1) TABLE data WITH DATA",
        "CREATE MATERIALIZED VIEW v AS (SELECT 1) UNION (SELECT 2) WITH NO DATA",
        "REFRESH MATERIALIZED VIEW v",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY s.v WITH NO DATA",
    ],
)
def test_a_view_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE VIEW v",
            "CREATE VIEW v AS",
            "CREATE VIEW v AS DELETE FROM t",
            "CREATE VIEW IF NOT EXISTS v AS SELECT 1",
        ),
        *("CREATE VIEW v AS SELECT 1 WITH DATA", "CREATE VIEW v () AS SELECT 1", "CREATE RECURSIVE VIEW v AS SELECT 1"),
        *("CREATE RECURSIVE VIEW v (a) AS SELECT 1 WITH CHECK OPTION", "CREATE VIEW v AS SELECT 1 WITH CHECK"),
        *("CREATE MATERIALIZED VIEW v AS WITH NO DATA", "CREATE MATERIALIZED VIEW v AS SELECT 1 WITH NO"),
        *("CREATE TEMP MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW v AS SELECT 1 WITH CHECK OPTION"),
        *("REFRESH VIEW v", "REFRESH MATERIALIZED VIEW a, b", "CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1"),
    ],
)
def test_what_is_no_view_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
