"""A project of as many migrations as wanted, always the same: what teams write, good and bad."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

CONFIG = """\
postgres: 15
tracks:
  tenant: {path: sql/tenant, scope: tenant}
tenants: {schemas: "tenant_*"}
"""


def write_project(folder: Path, migrations: int) -> None:
    """Write a project; each migration is one file without a down file."""
    sql = folder / "sql" / "tenant"
    sql.mkdir(parents=True)
    (folder / "sqlmig.yaml").write_text(CONFIG)
    for number, text in enumerate(_migrations(random.Random(7), migrations), start=1):  # noqa: S311  no secret
        (sql / f"{number:04d}_change.up.sql").write_text(text)


def _migrations(chance: random.Random, count: int) -> Iterator[str]:
    tables: list[str] = []
    for number in range(1, count + 1):
        if len(tables) < 5 or chance.random() < 0.2:
            tables.append(f"t{number}")
            yield _table(tables[-1])
        else:
            yield chance.choice(_CHANGES).format(table=chance.choice(tables), n=number)


def _table(name: str) -> str:
    return f"""\
-- Deals of one quarter.
CREATE TABLE {name} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    stage text NOT NULL DEFAULT 'lead',
    details jsonb NOT NULL DEFAULT '{{}}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX {name}_stage_idx ON {name} (stage, created_at DESC);
COMMENT ON TABLE {name} IS 'It''s what a salesperson works on.';
"""


_CHANGES = (
    "ALTER TABLE {table} ADD COLUMN c{n} text;\n",
    "ALTER TABLE {table} ADD COLUMN c{n} boolean NOT NULL DEFAULT false;\n",
    "ALTER TABLE {table} ADD COLUMN c{n} uuid DEFAULT gen_random_uuid();\n",
    "CREATE INDEX {table}_i{n} ON {table} (amount);\n",
    "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY {table}_i{n} ON {table} (title) WHERE stage = 'won';\n",
    "ALTER TABLE {table} ADD CONSTRAINT {table}_k{n} CHECK (length(title) < 200) NOT VALID;\n",
    "ALTER TABLE {table} ADD CONSTRAINT {table}_k{n} CHECK (title <> '');\n",
    "ALTER TABLE {table} ALTER COLUMN title TYPE varchar(200);\n",
    "UPDATE {table} SET stage = 'lost' WHERE stage = 'lead' AND created_at < now() - interval '1 year';\n",
    "ALTER TABLE {table} DROP COLUMN IF EXISTS c{n};\n",
    "CREATE VIEW v{n} AS SELECT id, title FROM {table} WHERE amount > 1000;\n",
    """\
CREATE FUNCTION f{n}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF NEW.amount > 1000000 THEN
        RAISE NOTICE 'large: %', NEW.id;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tr{n} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION f{n}();
""",
    "DO $$ BEGIN\n    ALTER TABLE {table} ADD COLUMN d{n} int;\nEND $$;\n",
    "GRANT SELECT, INSERT ON {table} TO app;\n",
)
