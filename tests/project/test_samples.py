"""What templates are rendered for when nobody asks a database who the tenants are."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from sqlmig.errors import ProjectError
from sqlmig.project.config.load import load_config
from sqlmig.project.load import ProjectFiles, load_files
from sqlmig.project.samples import ID, Columns, Sample, render_sample, sample_targets

QUERY = "{query: SELECT 1, schema_name: 't_{slug}'}"


def project(root: Path, template: str = "SELECT 1;", *, tenants: str = QUERY, lint: str = "{}") -> ProjectFiles:
    """A project with a shared track and a tenant track of one migration."""
    files = {
        "sqlmig.yaml": (
            "tracks:\n  platform: {path: sql/platform, scope: shared, schema: core}\n"
            f"  tenant: {{path: sql/tenant, scope: tenant}}\ntenants: {tenants}\nlint: {lint}\n"
        ),
        "sql/platform/0001_a.up.sql": "SELECT {{ schema | literal }}{% if tenant is defined %}, 'a tenant'{% endif %};",
        "sql/tenant/0001_a.up.sql": template,
        "sql/macros/m.sql": "{% macro upper(x) %}{{ x | upper }}{% endmacro %}",
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return load_files(load_config(root / "sqlmig.yaml", environ={}))


def samples(files: ProjectFiles) -> tuple[Sample, ...]:
    return sample_targets(files, files.tenant_tracks[0])


def rendered(files: ProjectFiles) -> list[str]:
    script = files.tenant_tracks[0].migrations[0].up
    return [render_sample(files, script, sample).text for sample in samples(files)]


def refused(files: ProjectFiles) -> tuple[str, str | None]:
    """The message and the advice of a template that cannot be rendered."""
    with pytest.raises(ProjectError) as caught:
        rendered(files)
    [problem] = caught.value.problems
    return problem.message, problem.next


def test_a_shared_track_has_one_sample_its_own_schema(tmp_path):
    files = project(tmp_path)
    [sample] = sample_targets(files, files.shared_tracks[0])
    assert (sample.name, sample.schema, sample.tenant) == ("platform", "core", None)
    assert render_sample(files, files.shared_tracks[0].migrations[0].up, sample).text == "SELECT 'core';"


def test_the_tenant_of_a_query_is_made_up_and_the_same_every_time(tmp_path):
    files = project(tmp_path)
    [sample] = samples(files)
    assert sample.tenant is not None
    assert (sample.name, sample.schema, sample.columns) == ("sample", "t_sample", Columns.SUPPOSED)
    assert (sample.tenant.id, sample.tenant.slug, sample.tenant.schema) == (ID, "sample", "t_sample")
    assert str(uuid.UUID(ID)) == ID
    assert samples(files) == (sample,)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ tenant.id }} {{ tenant.slug }} {{ tenant.schema }} {{ schema }}", f"{ID} sample t_sample t_sample"),
        ("{{ tenant.tier }} {{ tenant['name'] }}", "tier name"),
        ("{{ tenant.tier | literal }} {{ tenant.role_name | ident }}", "'tier' role_name"),
        ("{% from 'm.sql' import upper %}{{ upper(tenant.tier) }}", "TIER"),
        ("{{ tenant.tier ~ '_x' }} {{ tenant.tier[:2] }} {{ tenant.tier | length }}", "tier_x ti 4"),
        ("{% if tenant.tier is defined and tenant.tier == 'gold' %}gold{% else %}other{% endif %}", "other"),
        ("{{ tenant.items }}", "items"),
    ],
)
def test_a_column_that_nobody_has_seen_has_its_name_as_text(tmp_path, template, text):
    assert rendered(project(tmp_path, template)) == [text]


def test_a_position_in_the_text_leads_back_to_the_template_also_behind_such_a_column(tmp_path):
    files = project(tmp_path, "-- x\nSELECT {{ tenant.tier | literal }}, {{ schema | ident }};")
    sql = render_sample(files, files.tenant_tracks[0].migrations[0].up, samples(files)[0])
    assert str(sql.place(sql.text.index("t_sample"))) == "sql/tenant/0001_a.up.sql:2:37"


@pytest.mark.parametrize(
    ("template", "message", "columns"),
    [
        ("{{ tenant.seats + 1 }}", 'the template failed: can only concatenate str (not "int") to str', "column seats"),
        (
            "{% for f in tenant.features %}{{ f }}{% endfor %}",
            "the template failed: column 'features' is taken for a text, and a loop goes over it",
            "column features",
        ),
        (
            "{{ tenant.a }}{{ tenant.b }}{{ tenant.a - 1 }}",
            "the template failed: unsupported operand type(s) for -: 'SupposedText' and 'int'",
            "columns a, b",
        ),
    ],
)
def test_where_a_text_will_not_do_it_says_where_to_write_the_columns(tmp_path, template, message, columns):
    assert refused(project(tmp_path, template)) == (
        message,
        f"correct the template; or give tenants with the {columns} under `lint.samples` in sqlmig.yaml",
    )


@pytest.mark.parametrize("template", ["{{ tennant.slug }}", "{{ vars.nope }}", "{{ tenant.slug + 1 }}", "{{ 1 + }}"])
def test_a_mistake_that_no_column_can_mend_is_told_as_ever(tmp_path, template):
    _, advice = refused(project(tmp_path, template))
    assert advice is not None
    assert "lint.samples" not in advice


def test_the_first_tenant_of_a_list_is_the_sample_with_its_columns_and_no_others(tmp_path):
    tenants = "{list: [{id: 7, slug: acme, schema: tenant_acme, tier: gold}, {slug: b, schema: tenant_b, extra: 1}]}"
    files = project(tmp_path, "{{ tenant.id }} {{ tenant.tier }}", tenants=tenants)
    [sample] = samples(files)
    assert (sample.name, sample.schema, sample.columns) == ("acme", "tenant_acme", Columns.KNOWN)
    assert rendered(files) == ["7 gold"]
    assert refused(project(tmp_path, "{{ tenant.extra }}", tenants=tenants)) == (
        "the tenant has no column 'extra'; known: id, schema, slug, tier",
        "correct the name, or write: {% if ... is defined %}",
    )


def test_a_listed_tenant_without_an_id_goes_by_its_schema(tmp_path):
    files = project(tmp_path, "{{ tenant.id }}", tenants="{list: [{slug: acme, schema: tenant_acme}]}")
    assert rendered(files) == ["tenant_acme"]


def test_a_list_that_is_still_empty_is_like_a_query(tmp_path):
    assert rendered(project(tmp_path, "{{ schema }} {{ tenant.tier }}", tenants="{list: []}")) == ["tenant_sample tier"]


def test_a_pattern_of_schemas_knows_nothing_but_the_schema(tmp_path):
    tenants = "{schemas: 'tenant_*'}"
    files = project(tmp_path, "{{ tenant.id }} {{ tenant.slug }} {{ schema }}", tenants=tenants)
    assert rendered(files) == ["tenant_sample tenant_sample tenant_sample"]
    message, _ = refused(project(tmp_path, "{{ tenant.tier }}", tenants=tenants))
    assert message == "the tenant has no column 'tier'; known: id, schema, slug"


def test_configured_samples_are_rendered_one_by_one_in_their_order(tmp_path):
    lint = "{samples: [{tier: gold, seats: 5}, {tier: free, slug: small, schema: other, id: 7}, {tier: x, id: null}]}"
    files = project(tmp_path, "{{ tenant.tier }} {{ tenant.id }}", lint=lint)
    assert [(sample.name, sample.schema) for sample in samples(files)] == [
        ("sample", "t_sample"),
        ("small", "other"),
        ("sample2", "t_sample2"),
    ]
    assert rendered(files) == [f"gold {ID}", "free 7", f"x {ID}"]


def test_no_two_samples_have_one_name(tmp_path):
    files = project(tmp_path, lint="{samples: [{slug: sample}, {tier: x}, {slug: sample3}, {tier: y}]}")
    assert [sample.name for sample in samples(files)] == ["sample", "sample2", "sample3", "sample4"]


def test_a_column_that_a_configured_sample_lacks_is_asked_for(tmp_path):
    files = project(tmp_path, "{{ tenant.seats }}", lint="{samples: [{tier: gold}]}")
    message, advice = refused(files)
    assert message == "the tenant has no column 'seats'; known: id, schema, slug, tier"
    assert advice == (
        "correct the name, or write: {% if ... is defined %};"
        " or give the tenants under `lint.samples` in sqlmig.yaml that column"
    )


def test_a_configured_sample_of_a_pattern_has_its_schema_as_its_id(tmp_path):
    files = project(tmp_path, "{{ tenant.id }}", tenants="{schemas: 't_*'}", lint="{samples: [{slug: a}]}")
    assert rendered(files) == ["tenant_a"]


def test_what_runs_is_as_strict_as_ever(tmp_path):
    files = project(tmp_path, "{{ tenant.tier }}")
    [sample] = samples(files)
    with pytest.raises(ProjectError, match="the tenant has no column 'tier'"):
        files.templates.render(files.tenant_tracks[0].migrations[0].up, files.scope(sample.schema, sample.tenant))
