"""What our own installation leaves behind is in order: every release, every way to make an RHDH."""

import pytest

from installer.audit.request import AuditRequest
from installer.flow.audit import audit
from installer.model.errors import ExitCode
from installer.model.request import InstallRequest
from tests.audit.healthy import EVERY, lay_out
from tests.install.case import answer

GRAVE = ("critical", "high")


@pytest.mark.parametrize(("minor", "way"), EVERY, ids=lambda value: value)
def test_nothing_grave_after_an_installation(minor, way, tmp_path):
    lay_out(tmp_path, minor, way)
    installed = answer(InstallRequest(directory=str(tmp_path), yes=True))
    assert (installed.exit, installed.errors) == (ExitCode.OK, ())
    assert installed.changes
    report = audit(AuditRequest(directory=str(tmp_path)))
    assert report.errors == ()
    told = [(one["rule"], one["path"], one["observed"]) for one in report.result["findings"] if is_grave(one)]
    assert (told, report.result["crashed"]) == ([], [])
    # RHDH was found, and its configuration was judged.
    assert {"instance-not-identifiable", "data-index-url-missing"} & {
        one["rule"] for one in report.result["skipped"]
    } == set()


def is_grave(finding):
    return finding["severity"] in GRAVE
