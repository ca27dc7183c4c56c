import pytest

from expressing import make_expression
from sqlmig.sql.expressions.tenancy import compares_setting

SETTING = "current_setting('app.tenant')"


def answer(text):
    settings, functions = frozenset({"app.tenant", "app.user"}), frozenset({"app.current_tenant", "uid"})
    return compares_setting(make_expression(text), "tenant_id", settings, functions)


@pytest.mark.parametrize(
    "text",
    [
        f"tenant_id = {SETTING}",
        f"{SETTING}::uuid = tenant_id",
        "tenant_id = pg_catalog.current_setting('APP.Tenant', true)",
        "deals.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid",
        f"tenant_id = (SELECT {SETTING})::uuid",
        f"tenant_id = (SELECT nullif({SETTING}, '')::uuid)",
        f"tenant_id::text = {SETTING}",
        f"tenant_id IS NOT DISTINCT FROM {SETTING}::uuid",
        f"tenant_id OPERATOR(pg_catalog.=) {SETTING}::uuid",
        f"tenant_id = {SETTING}::uuid AND is_public",
        f"(is_public OR is_shared) AND (tenant_id = {SETTING}::uuid)",
        f"tenant_id = {SETTING}::uuid OR tenant_id = app.current_tenant()",
        f"tenant_id = {SETTING}::uuid OR false",
        f"tenant_id = coalesce({SETTING}, '0')::uuid",
        f"tenant_id = coalesce(nullif({SETTING}, ''), current_setting('app.user'))::uuid",
        f"tenant_id = CASE WHEN {SETTING} = '' THEN NULL ELSE {SETTING}::uuid END",
        f"CASE WHEN {SETTING} = '' THEN false ELSE tenant_id = {SETTING}::uuid END",
        f"tenant_id = ANY (string_to_array({SETTING}, ',')::uuid[])",
        f"tenant_id = ANY (ARRAY(SELECT unnest(string_to_array({SETTING}, ','))::uuid))",
        f"tenant_id IN ({SETTING}::uuid, app.current_tenant())",
        f"tenant_id IN (SELECT id FROM tenants WHERE slug = {SETTING})",
        "tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = current_setting('app.user')::uuid)",
        "tenant_id IN (SELECT m.tenant_id FROM members m JOIN users u ON u.id = m.user_id AND u.id = app.uid())",
        f"tenant_id = ANY (SELECT id FROM tenants WHERE slug = {SETTING})",
        f"tenant_id = (WITH c AS (SELECT {SETTING}::uuid AS id) SELECT id FROM c)",
        f"tenant_id IN (SELECT x FROM unnest(string_to_array({SETTING}, ',')) AS x)",
        f"tenant_id IN (SELECT {SETTING}::uuid UNION SELECT app.current_tenant())",
        f"tenant_id = ({SETTING}::json ->> 'tenant')::uuid",
        f"(tenant_id, a) = ({SETTING}::uuid, 1)",
        "tenant_id = app.current_tenant()",
        "tenant_id = current_tenant()",
        "tenant_id = (SELECT auth.uid())",
        "tenant_id = uid()",
        "app.current_tenant() = tenant_id",
        "app.current_tenant(tenant_id)",
        f"NOT (tenant_id <> {SETTING}::uuid)",
        f"(tenant_id = {SETTING}::uuid) IS TRUE",
        f"coalesce(tenant_id = {SETTING}::uuid, false)",
        "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = deals.tenant_id AND m.user_id = uid())",
        f"tenant_id = lower({SETTING})::uuid",
    ],
)
def test_only_rows_of_the_sessions_tenant_pass(text):
    assert answer(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "tenant_id IS NOT NULL",
        "tenant_id = 'x'",
        "tenant_id = current_setting('app.other')",
        "tenant_id = current_user",
        "tenant_id = tenant_id",
        "tenant_id = other.current_tenant()",
        "tenant_id = other_function()",
        f"id = {SETTING}::uuid",
        f"tenant_id <> {SETTING}::uuid",
        f"tenant_id > {SETTING}::uuid",
        f"NOT (tenant_id = {SETTING}::uuid)",
        f"is_public OR tenant_id = {SETTING}::uuid",
        f"tenant_id = {SETTING}::uuid OR true",
        f"tenant_id = {SETTING}::uuid OR {SETTING} = ''",
        f"tenant_id = {SETTING}::uuid OR {SETTING} IS NULL",
        f"tenant_id = coalesce({SETTING}::uuid, tenant_id)",
        f"tenant_id = coalesce(nullif({SETTING}, '')::uuid, deals.tenant_id)",
        f"tenant_id = CASE WHEN {SETTING} = '' THEN tenant_id ELSE {SETTING}::uuid END",
        f"tenant_id = {SETTING}::uuid IS NOT NULL",
        f"tenant_id IN ({SETTING}::uuid, 'x')",
        "tenant_id IN (SELECT id FROM tenants)",
        f"tenant_id IN (SELECT id FROM tenants WHERE is_public OR slug = {SETTING})",
        f"tenant_id IN (SELECT t.id FROM tenants t LEFT JOIN x ON x.a = {SETTING})",
        f"tenant_id IN (SELECT {SETTING}::uuid UNION SELECT id FROM tenants)",
        f"tenant_id = coalesce('0', {SETTING})",
        "EXISTS (SELECT 1 FROM members m WHERE m.user_id = uid())",
        "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = deals.tenant_id)",
        "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = deals.tenant_id OR m.user_id = uid())",
        f"tenant_id LIKE {SETTING}",
        f"(tenant_id = {SETTING}::uuid) IS NOT FALSE",
        f"tenant_id <> ALL (string_to_array({SETTING}, ',')::uuid[])",
        f"(SELECT {SETTING}) = 'x'",
        "has_role('admin')",
    ],
)
def test_other_rows_pass_too(text):
    assert answer(text) is False


@pytest.mark.parametrize(
    "text",
    [
        f"tenant_id = {SETTING} AND",
        "tenant_id = current_setting('app.' || 'tenant')",
        "is_member(tenant_id)",
        "is_member(tenant_id) OR tenant_id = app.current_tenant()",
        "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = tenant_id AND m.user_id = uid())",
        f"tenant_id = json_value({SETTING}, '$.t' RETURNING uuid)",
    ],
)
def test_what_passes_is_not_known(text):
    assert answer(text) is None
