"""Schemas, registry and history that do not belong together: each is found, and what is told mends it."""

from __future__ import annotations

import json
import time

import pytest

from commandline import Cli
from servers import Role
from shop import CONFIG, Shop
from sqlmig.admin import lifecycle
from sqlmig.plan.reconcile import Facts, Kind, SchemaFacts, looks_like, reconcile
from sqlmig.plan.tenantstates import KnownTenant, TenantState
from sqlmig.project.model import Tenant
from sqlmig.report.reconcile import reconciled_text
from tenantlife import FILES, QUERY, by_schema, living


def known(
    slug: str, state: TenantState = TenantState.ACTIVE, *, listed: bool = True, template: str | None = None
) -> KnownTenant:
    return KnownTenant(Tenant(slug, slug, f"tenant_{slug}"), state, listed, template=template)


def schema(name: str, owner: str = "owner", *grants: tuple[str, str]) -> SchemaFacts:
    return SchemaFacts(name, owner, grants)


def told(*schemas: SchemaFacts, tenants: tuple[KnownTenant, ...], **more: object) -> list[tuple[str, str, str]]:
    facts = Facts({one.name: one for one in schemas}, tenants, **more)  # type: ignore[arg-type]
    return [(one.kind.value, one.about, one.mend) for one in reconcile(facts)]


@pytest.mark.parametrize(
    ("template", "pattern", "name", "wanted"),
    [
        ("tenant_{slug}", None, "tenant_acme", True),
        ("tenant_{slug}", None, "tenant_acme-2", True),
        ("tenant_{slug}", None, "tenants", False),
        ("tenant_{slug}", None, "my_tenant_acme", False),
        ("{slug}", None, "anything", False),
        ("{slug}_data", None, "acme_data", True),
        ("tenant_{slug}", "t[0-9]*", "t1x", True),
        ("tenant_{slug}", "t[0-9]*", "tenant_acme", False),
    ],
)
def test_which_schemas_look_like_a_tenants(template: str, pattern: str | None, name: str, wanted: bool) -> None:
    assert looks_like(template, pattern)(name) is wanted


def test_who_differs_from_most_is_told_and_without_most_nobody() -> None:
    usage, create = ("app", "USAGE"), ("app", "CREATE")
    tenants = tuple(known(str(n)) for n in range(1, 4))
    same = [schema(f"tenant_{n}", "owner", usage) for n in (1, 2)]
    assert told(*same, schema("tenant_3", "root", create, ("PUBLIC", "USAGE")), tenants=tenants) == [
        ("other-owner", "tenant_3", "ALTER SCHEMA tenant_3 OWNER TO owner;"),
        (
            "other-grants",
            "tenant_3",
            (
                "GRANT USAGE ON SCHEMA tenant_3 TO app; REVOKE USAGE ON SCHEMA tenant_3 FROM PUBLIC;"
                " REVOKE CREATE ON SCHEMA tenant_3 FROM app;"
            ),
        ),
    ]
    assert told(schema("tenant_1", "a"), schema("tenant_2", "b"), tenants=tenants[:2]) == []


def test_kinds_of_tenants_are_compared_among_themselves_and_the_suspended_lack_grants() -> None:
    usage = ("app", "USAGE")
    tenants = (known("1"), known("2"), known("3", TenantState.SUSPENDED), known("4", template="trial"))
    schemas = [schema("tenant_1", "owner", usage), schema("tenant_2", "owner", usage), schema("tenant_3")]
    assert told(*schemas, schema("tenant_4", "other"), tenants=tenants) == []


def test_names_that_differ_only_in_what_people_overlook() -> None:
    one, other = KnownTenant(Tenant("1", "a-b", "T_x")), KnownTenant(Tenant("2", "a_b", "t_X"))
    facts = Facts({"T_x": schema("T_x"), "t_X": schema("t_X")}, (one, other))
    assert [found.message for found in reconcile(facts)] == [
        "tenants have slugs that differ in nothing but case, _ and -: a-b (T_x), a_b (t_X)",
        "tenants have schemas whose names differ in nothing but case: a-b (T_x), a_b (t_X)",
    ]


def test_what_belongs_together_is_no_finding(shop: Shop) -> None:
    living(shop, "acme", "globex", "initech", "umbrella")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    lifecycle.drop(shop.project(), "globex", backup=None)
    lifecycle.drop(shop.project(), "umbrella", backup=None, keep="0")
    lifecycle.purge(shop.project())
    shop.sql("CREATE SCHEMA reports")
    found = lifecycle.reconcile(shop.project())
    assert (found.findings, found.tenants) == ((), 3)
    assert reconciled_text(found).endswith("looked at: all of them belong together\n")


def test_nothing_at_all_is_no_finding_either(shop: Shop) -> None:
    assert lifecycle.reconcile(shop.project()).findings == ()


PLANTED = [
    ("CREATE SCHEMA tenant_stray", Kind.SCHEMA_WITHOUT_TENANT, "tenant_stray"),
    ("UPDATE core.tenants SET active = false WHERE slug = 'acme'", Kind.UNLISTED_TENANT, "tenant_acme"),
    ("DROP SCHEMA tenant_acme CASCADE", Kind.TENANT_WITHOUT_SCHEMA, "acme"),
    (
        "DROP SCHEMA tenant_acme CASCADE; DELETE FROM core.tenants WHERE slug = 'acme'",
        Kind.HISTORY_WITHOUT_SCHEMA,
        "tenant_acme",
    ),
    ("GRANT USAGE ON SCHEMA tenant_acme TO PUBLIC", Kind.OTHER_GRANTS, "tenant_acme"),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA tenant_acme GRANT SELECT ON TABLES TO PUBLIC",
        Kind.OTHER_DEFAULTS,
        "tenant_acme",
    ),
    ("INSERT INTO sqlmig.pool (schema_name, identity) VALUES ('tenant_acme', '1')", Kind.POOL, "tenant_acme"),
    ("INSERT INTO sqlmig.pool (schema_name, identity) VALUES ('pool_7', '1')", Kind.POOL, "pool_7"),
    ("CREATE SCHEMA _dropped_1_tenant_x", Kind.DROPPED_WITHOUT_RECORD, "_dropped_1_tenant_x"),
    ("CREATE SCHEMA tenant_acme_before_restore_1", Kind.RESTORE_LEFTOVER, "tenant_acme_before_restore_1"),
]


@pytest.mark.parametrize(("statement", "kind", "about"), PLANTED, ids=[f"{p[1].value}:{p[2]}" for p in PLANTED])
def test_each_planted_fault_is_found_once(shop: Shop, statement: str, kind: Kind, about: str) -> None:
    living(shop, "acme", "globex", "initech")
    shop.sql(statement)
    assert [(one.kind, one.about) for one in lifecycle.reconcile(shop.project()).findings] == [(kind, about)]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [(p[0], p[1]) for p in PLANTED if p[1] in (Kind.OTHER_GRANTS, Kind.OTHER_DEFAULTS, Kind.POOL)],
)
def test_the_statements_that_are_told_mend_it(shop: Shop, statement: str, kind: Kind) -> None:
    living(shop, "acme", "globex", "initech")
    shop.sql(statement)
    [finding] = lifecycle.reconcile(shop.project()).findings
    assert finding.kind is kind
    shop.sql(finding.mend)
    assert lifecycle.reconcile(shop.project()).findings == ()


def test_another_owner_is_found_and_mended(shop: Shop, role: object) -> None:
    living(shop, "acme", "globex", "initech")
    made: Role = role("")  # type: ignore[operator]
    shop.sql(f"ALTER SCHEMA tenant_acme OWNER TO {made.name}")
    shop.sql(f"ALTER TABLE tenant_acme.deals OWNER TO {made.name}")
    found = lifecycle.reconcile(shop.project()).findings
    assert [(one.kind, one.about) for one in found] == [(Kind.OTHER_OWNER, "tenant_acme")] * 2
    shop.sql(found[0].mend)
    [left] = lifecycle.reconcile(shop.project()).findings
    assert left.message.startswith(f"tables of schema tenant_acme belong to {made.name}, most tenants' to ")


def test_of_drops_what_is_due_and_what_is_half_done_is_told(shop: Shop) -> None:
    living(shop, "acme", "globex", "initech")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    [finding] = lifecycle.reconcile(shop.project()).findings
    assert (finding.kind, finding.mend) == (Kind.DROP_IS_DUE, "sqlmig tenant purge acme")
    shop.sql("UPDATE sqlmig.tenant SET state = 'purging'")
    [finding] = lifecycle.reconcile(shop.project()).findings
    assert (finding.kind, finding.mend) == (Kind.DROPPED_IN_PART, "sqlmig tenant purge acme")
    lifecycle.drop(shop.project(), "globex", backup=None)
    [(away,)] = shop.sql("SELECT schema_name FROM sqlmig.tenant WHERE slug = 'globex'")
    shop.sql(f'DROP SCHEMA "{away}" CASCADE')
    mends = {one.mend for one in lifecycle.reconcile(shop.project()).findings}
    assert mends == {"sqlmig tenant purge globex --now", "sqlmig tenant purge acme"}
    lifecycle.purge(shop.project(), "globex", now=True)
    lifecycle.purge(shop.project(), "acme")
    assert lifecycle.reconcile(shop.project()).findings == ()


def test_history_of_what_is_gone_is_put_away_as_it_says(shop: Shop, cli: Cli) -> None:
    living(shop, "acme", "globex")
    shop.sql("DROP SCHEMA tenant_acme CASCADE; DELETE FROM core.tenants WHERE slug = 'acme'")
    [finding] = lifecycle.reconcile(shop.project()).findings
    assert finding.mend == "sqlmig tenant drop tenant_acme --no-backup --keep 0; then: sqlmig tenant purge tenant_acme"
    first, second = finding.mend.split("; then: ")
    assert cli(*first.split()[1:], "--yes-drop", "tenant_acme").returncode == 0
    said = cli(*second.split()[1:])
    assert said.returncode == 0, said.stderr
    assert lifecycle.reconcile(shop.project()).findings == ()


def test_where_schemas_are_the_registry_one_is_no_stray(shop: Shop) -> None:
    by_schema(shop, "tenant_acme")
    shop.sql("CREATE SCHEMA tenant_new")
    assert lifecycle.reconcile(shop.project()).findings == ()


def test_names_that_nobody_can_work_with_are_findings_and_no_error(shop: Shop) -> None:
    living(shop, "acme")
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('long', repeat('x', 70)), ('twin', 'pg_twin')")
    found = lifecycle.reconcile(shop.project())
    assert [one.kind for one in found.findings] == [Kind.UNUSABLE_NAME] * 2
    assert "is 70 bytes long; PostgreSQL cuts names after 63 bytes" in found.findings[0].message


def test_the_command_line_answers_no_with_status_1(shop: Shop, cli: Cli) -> None:
    living(shop, "acme", "globex")
    schemas = shop.one("SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
    said = cli("tenant", "reconcile")
    assert (said.returncode, said.stdout) == (
        0,
        f"2 tenants and {schemas} schemas looked at: all of them belong together\n",
    )
    shop.sql("CREATE SCHEMA tenant_stray")
    said = cli("tenant", "reconcile")
    assert (said.returncode, said.stdout) == (
        1,
        (
            "schema-without-tenant: 1\n"
            "  schema tenant_stray looks like a tenant's, and neither registry nor history know it\n"
            "    register its tenant, or look what it is and: DROP SCHEMA tenant_stray CASCADE;\n\n"
            f"2 tenants and {int(str(schemas)) + 1} schemas looked at: 1 finding\n"
        ),
    )
    document = json.loads(cli("tenant", "reconcile", "--format", "json").stdout)
    assert (document["format"], document["clean"], len(document["findings"])) == ("sqlmig.tenant-reconcile/1", False, 1)


def test_two_thousand_tenants_take_a_handful_of_queries(shop: Shop) -> None:
    shop.write({**FILES, "sqlmig.yaml": CONFIG.replace(QUERY, QUERY.replace(" ORDER", " WHERE active ORDER"))})
    shop.project().apply(platform=True)
    for first in range(0, 2000, 500):
        shop.sql(
            f"DO $$ BEGIN FOR n IN {first} .. {first + 499} LOOP EXECUTE 'CREATE SCHEMA tenant_t' || n;"
            " INSERT INTO core.tenants (slug, schema_name) VALUES ('t' || n, 'tenant_t' || n); END LOOP; END $$"
        )
    shop.sql("GRANT USAGE ON SCHEMA tenant_t7 TO PUBLIC")
    began = time.monotonic()
    found = lifecycle.reconcile(shop.project())
    assert [one.about for one in found.findings] == ["tenant_t7"]
    assert time.monotonic() - began < 5


def test_a_registry_that_cannot_be_read_is_an_error_and_no_finding(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sqlmig.yaml": CONFIG.replace(QUERY, "SELECT id, slug, schema FROM core.tenants")})
    ran = cli("tenant", "reconcile")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(
        'sqlmig: error: sqlmig.yaml:6:10: the registry\'s query fails: column "schema" does not exist\n'
    )
    assert ran.stderr.endswith("  next: correct the query under `tenants`\n")


def test_a_row_without_a_schema_is_a_finding(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sqlmig.yaml": CONFIG.replace(QUERY, "SELECT id, slug, NULL::text AS schema FROM core.tenants")})
    document = json.loads(cli("tenant", "reconcile", "--format", "json").stdout)
    assert [(one["kind"], one["message"]) for one in document["findings"]] == [
        ("unusable-name", "the registry gives None as a schema; it must be text")
    ]
