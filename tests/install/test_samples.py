"""Real default files of RHDH: the release that has one installs on top of it. Their text is never a part of us."""

import re
from pathlib import Path

import pytest

from installer.knowledge.releases import minors, release
from installer.model.errors import ExitCode
from installer.model.report import Report
from installer.model.request import InstallRequest
from tests.install.case import answer

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
DEFAULT = "dynamic-plugins.default.yaml"
OWN_TEXT = f"includes:\n  - {DEFAULT}\nplugins:\n  - package: ./dynamic-plugins/dist/backstage-plugin-techdocs\n"
APP_CONFIG = "app:\n  baseUrl: https://portal.example.com\n"


@pytest.fixture(params=minors())
def minor(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    if not (SAMPLES / f"rhdh-{found}" / DEFAULT).is_file():
        pytest.skip(f"no sample of RHDH {found}'s own default file beside the checkout")
    return found


def test_installs_on_top_of_the_own_default_file(minor: str, tmp_path: Path) -> None:
    report = installed(minor, tmp_path, OWN_TEXT)
    wanted = {one for one in report.plugins if one in packages(minor)}
    assert wanted == packages(minor)


def test_installs_where_the_default_file_is_a_persons_own_text(minor: str, tmp_path: Path) -> None:
    """Its entries are switched off by the person then: they stay off, and everything else is installed."""
    installed(minor, tmp_path, default_text(minor))


def test_installs_with_the_switched_off_ones_too(minor: str, tmp_path: Path) -> None:
    report = installed(minor, tmp_path, f"includes: [{DEFAULT}]\n{default_text(minor)}", enable_disabled=True)
    assert "plugin-disabled-by-you" not in report.warnings


class Seen:
    """What is on after an installation, by package as a person would write it, and the codes of the warnings."""

    def __init__(self, report: Report) -> None:
        assert report.errors == ()
        assert report.result is not None
        preview = report.result["preview"]
        assert (preview["failure"], preview["unknownIncludes"]) == (None, [])
        self.plugins = {one["name"] for one in preview["plugins"] if one["enabled"]}
        self.warnings = {one.code for one in report.warnings}


def installed(minor: str, folder: Path, text: str, *, enable_disabled: bool = False) -> Seen:
    lay_out(minor, folder, text)
    request = InstallRequest(
        str(folder),
        defaults=str(SAMPLES / f"rhdh-{minor}" / DEFAULT),
        enable_disabled=enable_disabled,
        yes=True,
    )
    first = answer(request)
    assert first.exit is ExitCode.OK
    assert first.changes
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = answer(request)
    assert (again.exit, again.changes) == (ExitCode.OK, ())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    return Seen(first)


def lay_out(minor: str, folder: Path, text: str) -> None:
    api = release(minor).backstage_api_version
    objects = {
        "backstage.yaml": f"""
apiVersion: {api}
kind: Backstage
metadata: {{name: rhdh, namespace: portal}}
spec:
  application:
    image: registry.redhat.io/rhdh/rhdh-hub-rhel9:{minor}
    appConfig: {{configMaps: [{{name: app-config-rhdh}}]}}
    dynamicPluginsConfigMapName: dynamic-plugins-rhdh
""",
        "plugins.yaml": config_map("dynamic-plugins-rhdh", "dynamic-plugins.yaml", text),
        "app-config.yaml": config_map("app-config-rhdh", "app-config.yaml", APP_CONFIG),
    }
    for name, characters in objects.items():
        (folder / name).write_text(characters, encoding="utf-8")


def config_map(name: str, key: str, text: str) -> str:
    # The indentation is said: a default file may begin with a comment that is further in.
    body = re.sub(r"(?m)^(?=.)", "    ", text)
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: portal}}\ndata:\n"
    return f"{head}  {key}: |2\n{body}"


def default_text(minor: str) -> str:
    return (SAMPLES / f"rhdh-{minor}" / DEFAULT).read_text(encoding="utf-8")


def packages(minor: str) -> set[str]:
    """The names of the release's set, without the one for mail."""
    return {
        name_of(found)
        for found in re.findall(r'(?m)^ *- package: "?([^"\n]+)', release(minor).dynamic_plugins)
        if "-module-email" not in found
    }


def name_of(package: str) -> str:
    if package.startswith("oci://"):
        return package.rpartition("/")[2].partition(":")[0]
    return package.rpartition("/")[2] if package.startswith("./") else "@" + package[1:].partition("@")[0]
