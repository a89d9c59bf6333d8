"""What people complained of, as directories: the audit names the cause, by the right rule and at the right object."""

from pathlib import Path

import pytest

from installer.audit.request import AuditRequest
from installer.flow.audit import audit
from tests.tables import table

HERE = Path(__file__).parent / "complaints"
TABLE = table(HERE / "table.yaml")["complaints"]


@pytest.mark.parametrize("complaint", TABLE, ids=lambda one: one["folder"])
def test_the_cause_is_named(complaint):
    report = audit(AuditRequest(directory=str(HERE / complaint["folder"]), profile="all"))
    assert (report.errors, report.result["crashed"]) == ((), [])
    named = {(one["rule"], address(one["object"])) for one in report.result["findings"]}
    assert complaint["named"]
    assert set(complaint["named"].items()) <= named


def address(ref):
    return f"{ref['kind']} {'/'.join(part for part in (ref['namespace'], ref['name']) if part)}"


def test_there_are_enough_complaints_each_once():
    numbers = [one["number"] for one in TABLE]
    assert len(set(numbers)) == len(numbers) >= 30
    assert {path.name for path in HERE.iterdir() if path.is_dir()} == {one["folder"] for one in TABLE}
