"""The shorter reports: history, locks, repairs, baselines, tenants, diffs."""

import datetime

import samples
from sqlmig.plan.diff import Change, Diff, FileDiff
from sqlmig.plan.repair import Baselined, Mend, Repair
from sqlmig.plan.results import HeldLock, Holder
from sqlmig.plan.status import LogEntry
from sqlmig.project.model import Tenant
from sqlmig.report.diff import diff_json, diff_markdown, diff_text
from sqlmig.report.history import history_json, history_text
from sqlmig.report.locks import locks_json, locks_text
from sqlmig.report.mend import baseline_json, baseline_text, repairs_json, repairs_text
from sqlmig.report.tenants import tenants_json, tenants_text

AT = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
ACME, GLOBEX = samples.tenant("acme"), samples.tenant("globex")


def entry(**changes) -> LogEntry:
    values = {
        "at": AT,
        "run_id": "run-1",
        "track": "tenant",
        "schema": "tenant_acme",
        "version": 7,
        "name": "add_deal_owner",
        "action": "up",
        "outcome": "done",
        "duration": 0.012,
        "lock_wait": 0.0,
        "attempts": 1,
        "actor": "ada",
        "host": "laptop",
        "tool": "sqlmig 0.1.0",
        "git_commit": None,
        "sqlstate": None,
        "message": None,
        "reason": None,
        "detail": None,
    }
    return LogEntry(**{**values, **changes})


def test_history_is_a_row_for_each_attempt():
    failed = entry(version=None, name="deal_list", outcome="failed", sqlstate="42P01", message="no\nsuch table")
    lines = history_text([entry(reason="ticket 12"), failed]).splitlines()
    assert lines[0].split() == ["at", "(UTC)", "schema", "what", "action", "outcome", "took", "by", "remark"]
    assert lines[1] == (
        "2026-03-01 12:00:00  tenant_acme  0007_add_deal_owner  up      done     12 ms  ada@laptop  ticket 12"
    )
    assert lines[2].endswith("deal_list            up      failed   12 ms  ada@laptop  42P01 no such table")


def test_an_empty_history_says_so():
    assert history_text([]) == "the history has no such entry\n"
    assert history_json([]) == {"format": "sqlmig.history/1", "entries": []}


def test_a_program_gets_every_column_of_the_log():
    [document] = history_json([entry()])["entries"]
    assert document["at"] == "2026-03-01T12:00:00+00:00"
    assert {"run_id", "git_commit", "sqlstate", "reason", "detail", "lock_wait"} <= set(document)


def test_a_session_is_told_once_with_all_its_locks_and_how_to_end_it():
    holder = Holder(42, "ada", "sqlmig tenant_acme 0007_x", "10.0.0.7", "active", "CREATE  INDEX i", AT)
    held = [HeldLock("shared tracks", "ShareLock", holder), HeldLock("tenant_acme", "ExclusiveLock", holder)]
    assert locks_text(held) == (
        "pid 42  ada from 10.0.0.7  sqlmig tenant_acme 0007_x\n"
        "  holds: shared tracks (shared), tenant_acme (exclusive)\n"
        "  state: active since 2026-03-01 12:00:00 UTC\n"
        "  query: CREATE INDEX i\n"
        "  to end it: SELECT pg_terminate_backend(42);\n"
    )
    assert locks_text([]) == "no run of sqlmig holds a lock\n"
    assert [lock["label"] for lock in locks_json(held)["locks"]] == ["shared tracks", "tenant_acme"]


def test_a_repair_of_many_targets_is_told_once():
    repairs = [Repair(one, Mend.FORGET, 2, "b", "0002_b no longer counts as applied") for one in (ACME, GLOBEX)]
    assert repairs_text(repairs) == "2 targets (tenant_acme, tenant_globex): 0002_b no longer counts as applied"
    assert repairs_text(repairs[:1]) == "tenant_acme: 0002_b no longer counts as applied"
    document = repairs_json(repairs, done=False)
    assert (document["format"], document["done"], len(document["repairs"])) == ("sqlmig.repair/1", False, 2)
    assert document["repairs"][0]["mend"] == "forget"


def test_a_baseline_says_plainly_that_nothing_was_compared():
    marked = [Baselined(ACME, (1, 2, 3)), Baselined(GLOBEX, (1,))]
    assert baseline_text(marked) == (
        "tenant_acme: versions 0001 to 0003 count as applied\n"
        "tenant_globex: version 0001 counts as applied\n"
        "Nothing was run, and nothing was compared: that the schemas really are there is your word for it.\n"
    )
    document = baseline_json(marked)
    assert (document["format"], document["compared"]) == ("sqlmig.baseline/1", False)
    assert document["targets"][0]["versions"] == [1, 2, 3]


def test_tenants_are_listed_in_the_registry_s_order():
    tenants = [Tenant("2", "globex", "tenant_globex", {"tier": "trial"}), Tenant("1", "acme", "tenant_acme")]
    assert tenants_text(tenants).splitlines() == [
        "slug    schema         id",
        "globex  tenant_globex  2",
        "acme    tenant_acme    1",
    ]
    assert tenants_text([]) == "there is no active tenant\n"
    first = tenants_json(tenants)["tenants"][0]
    assert first == {"tier": "trial", "id": "2", "slug": "globex", "schema": "tenant_globex"}


def test_a_diff_is_shown_whole():
    one = FileDiff(
        "sql/a.up.sql", "tenant", Change.ADDED, "--- /dev/null\n+++ sql/a.up.sql\n@@ -0,0 +1 @@\n+SELECT 1;\n"
    )
    diff = Diff("main", (one,))
    assert diff_text(diff) == one.unified
    assert diff_markdown(diff) == (
        f"## 1 SQL file changed since `main`\n\n### `sql/a.up.sql` (added)\n\n```diff\n{one.unified}```\n"
    )
    assert diff_json(diff)["files"][0]["change"] == "added"


def test_no_change_is_said():
    assert diff_text(Diff("main", ())) == "no migration changed since main\n"
    assert diff_markdown(Diff("main", ())) == "No migration changed since `main`.\n"


def test_a_fence_in_the_sql_does_not_end_the_markdown():
    one = FileDiff("a.sql", "tenant", Change.CHANGED, "+-- ```\n")
    assert "\n````diff\n+-- ```\n````\n" in diff_markdown(Diff("main", (one,)))
