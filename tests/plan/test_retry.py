"""What an error of the server calls for: wrong here means retrying for ever, or giving up for nothing."""

from __future__ import annotations

import psycopg.errors
import pytest

from sqlmig.plan.retry import LONGEST_PAUSE, Remedy, pause_before, remedy

# Each class of PostgreSQL's list of SQLSTATEs: what it calls for, why, and the states in it that call for another.
POLICY = {
    "00": (Remedy.FAIL, "no error: it never comes with one", {}),
    "01": (Remedy.FAIL, "a warning: it never comes with an error", {}),
    "02": (Remedy.FAIL, "no data, where plpgsql asks STRICTly: the file's condition does not hold here", {}),
    "03": (Remedy.FAIL, "SQL statement not yet complete: the standard's, not PostgreSQL's", {}),
    "08": (Remedy.RECONNECT, "the connection, or what the pooler says of it (08P01)", {}),
    "09": (Remedy.FAIL, "a triggered action: repeating runs the same trigger", {}),
    "0A": (Remedy.FAIL, "not supported: the file's trouble everywhere", {}),
    "0B": (Remedy.FAIL, "transaction control in the wrong place: the file's trouble", {}),
    "0F": (Remedy.FAIL, "locators: the standard's", {}),
    "0L": (Remedy.FAIL, "GRANT by who may not: rights differ from target to target", {}),
    "0P": (Remedy.FAIL, "a role that is not there", {}),
    "0Z": (Remedy.FAIL, "GET STACKED DIAGNOSTICS in the wrong place", {}),
    "10": (Remedy.FAIL, "XQuery", {}),
    "20": (Remedy.FAIL, "CASE without a branch", {}),
    "21": (Remedy.FAIL, "too many rows: by the data or by the query, and the state does not tell", {}),
    "22": (Remedy.FAIL, "a value: a tenant's or the file's own, and the state does not tell", {}),
    "23": (Remedy.QUARANTINE, "rows of this target break a constraint", {}),
    "24": (Remedy.FAIL, "a cursor's state", {}),
    "25": (
        Remedy.FAIL,
        "the transaction's state, transaction_timeout (25P04) included: it would take as long again",
        {"25006": Remedy.HALT, "25P03": Remedy.RECONNECT},
    ),
    "26": (Remedy.FAIL, "a prepared statement that is not there", {}),
    "27": (Remedy.FAIL, "a row that its own trigger changes", {}),
    "28": (Remedy.HALT, "who connects may not: so it is for all", {}),
    "2B": (Remedy.FAIL, "others depend on it: this target has drifted, or the file lacks CASCADE", {}),
    "2D": (Remedy.FAIL, "COMMIT where it may not be", {}),
    "2F": (Remedy.FAIL, "a routine's fault", {}),
    "34": (Remedy.FAIL, "a cursor's name", {}),
    "38": (Remedy.FAIL, "an external routine's fault", {}),
    "39": (Remedy.FAIL, "an external routine's fault", {}),
    "3B": (Remedy.FAIL, "a savepoint that is not there", {}),
    "3D": (Remedy.FAIL, "a database that a statement names; when the session's own goes it is 57P04", {}),
    "3F": (Remedy.FAIL, "the target's schema is gone, or one that the file names", {}),
    "40": (
        Remedy.FAIL,
        "rolled back: when others were the reason, the same may go well now",
        {"40001": Remedy.RETRY, "40P01": Remedy.RETRY, "40003": Remedy.RECONNECT},
    ),
    "42": (Remedy.FAIL, "the file, or drift, or a right that is missing here (42501)", {}),
    "44": (Remedy.FAIL, "WITH CHECK OPTION: a view's condition, not a constraint of the tenant's tables", {}),
    "53": (
        Remedy.HALT,
        "the server has no disk, memory, lock table or file descriptor left",
        {"53300": Remedy.RECONNECT, "53400": Remedy.FAIL},
    ),
    "54": (Remedy.FAIL, "a limit of PostgreSQL's that this table passes", {}),
    "55": (Remedy.FAIL, "the object's state, in use by this very session included", {"55P03": Remedy.RETRY}),
    "57": (
        Remedy.FAIL,
        "somebody intervened; a cancelled statement (57014) is not repeated",
        {
            "57P01": Remedy.RECONNECT,
            "57P02": Remedy.RECONNECT,
            "57P03": Remedy.RECONNECT,
            "57P04": Remedy.HALT,
            "57P05": Remedy.RECONNECT,
        },
    ),
    "58": (
        Remedy.FAIL,
        "a file that a statement names; trouble below PostgreSQL concerns all",
        {"58000": Remedy.HALT, "58030": Remedy.HALT},
    ),
    "72": (Remedy.FAIL, "the transaction took too long for old_snapshot_threshold, and would again", {}),
    "F0": (Remedy.FAIL, "the server's configuration file", {}),
    "HV": (Remedy.FAIL, "a foreign server: the file's or the target's", {}),
    "P0": (Remedy.FAIL, "RAISE and ASSERT: the file says no", {}),
    "XX": (
        Remedy.FAIL,
        "internal; nothing more is written to data that are corrupted",
        {"XX001": Remedy.HALT, "XX002": Remedy.HALT},
    ),
}
KNOWN = sorted(code for code in psycopg.errors._sqlcodes if len(code) == 5 and code[:2] in POLICY)


def test_the_policy_speaks_of_every_class_that_postgresql_has():
    codes = {code[:2] for code in psycopg.errors._sqlcodes if len(code) == 5 and code[2:].upper() == code[2:]}
    assert codes | {"00", "01"} == set(POLICY)
    assert {state for _, _, others in POLICY.values() for state in others} <= set(KNOWN)


@pytest.mark.parametrize("sqlstate", KNOWN)
def test_every_state_that_there_is_has_the_remedy_of_the_policy(sqlstate):
    of_class, why, others = POLICY[sqlstate[:2]]
    assert remedy(sqlstate, "m") is others.get(sqlstate, of_class), why


@pytest.mark.parametrize(
    ("sqlstate", "message", "wanted"),
    [
        ("XX000", "tuple concurrently updated", Remedy.RETRY),
        ("XX000", "tuple concurrently deleted", Remedy.RETRY),
        ("XX000", "cache lookup failed for relation 1", Remedy.FAIL),
        ("23505", "tuple concurrently updated, says a constraint", Remedy.QUARANTINE),
        (None, "server closed the connection unexpectedly", Remedy.RECONNECT),
        ("57014", "canceling statement due to statement timeout", Remedy.FAIL),
        ("57014", "canceling statement due to user request", Remedy.FAIL),
        ("57P77", "a state that a later version may have", Remedy.FAIL),
        ("08S01", "what only a pooler says", Remedy.RECONNECT),
        ("SQLM1", "the runner's own", Remedy.FAIL),
    ],
)
def test_the_message_decides_where_the_state_says_nothing(sqlstate, message, wanted):
    assert remedy(sqlstate, message) is wanted


def test_only_what_may_pass_by_itself_is_tried_again():
    assert {cure for cure in Remedy if cure.again} == {Remedy.RETRY, Remedy.RECONNECT}


def test_the_ceiling_of_a_pause_doubles_up_to_a_limit():
    ceilings = [pause_before(attempt, 1.0) for attempt in range(2, 12)]
    assert ceilings[:4] == [0.4, 0.8, 1.6, 3.2]
    assert ceilings[-1] == LONGEST_PAUSE == 30.0


@pytest.mark.parametrize("attempt", [2, 5, 50])
def test_chance_spreads_pauses_but_never_to_nothing(attempt):
    assert pause_before(attempt, 0.0) == pytest.approx(0.1 * pause_before(attempt, 1.0))
    assert pause_before(attempt, 0.0) > 0
