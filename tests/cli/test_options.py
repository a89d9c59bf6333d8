"""The options common to all commands: before, after, twice, and in a line that cannot be parsed."""

import json

import pytest
import yaml

from installer import __version__
from installer.model.report import Report
from installer.model.request import ConfigRequest, InstallRequest

JSON_LINES = [
    "-o json version",
    "-ojson version",
    "--output json version",
    "--output=json version",
    "version -o json",
    "version -qo json",
    "version -vojson",
    "-o yaml version -o json",
    "-o text config -o json effective --directory",
    "install --nonsense -o json",
    "install --nonsense --output=json",
    "install --nonsense -qo json",
    "install --nonsense -yojson",
    "--nonsense -o json install",
    "nonsense -o json",
    "-o json nonsense",
    "-o text nonsense -o json",
    "config nonsense -o json",
    "config -o json",
    "--help -o json",
    "-o json --help",
    "install -h -o json",
    "--version -o json",
    "-o json",
]


@pytest.mark.parametrize("line", JSON_LINES)
def test_one_json_document(line, answer):
    said = answer(*line.split())
    assert json.loads(said.out)["exit"]["code"] == said.code
    assert said.err == ""


@pytest.mark.parametrize(
    "line",
    [
        "-o nonsense version",
        "version -o nonsense",
        "version -o",
        "-o json version -o nonsense",
        "version -o json --output=text --nonsense",
        "version --nonsense -- -o json",
        "version -o JSON",
    ],
)
def test_usage_error_as_text(line, answer):
    said = answer(*line.split())
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "\n  fix: rhdh-orchestrator " in said.err


def test_the_last_one_wins(answer):
    assert yaml.safe_load(answer("-o", "json", "version", "-o", "yaml").out)["command"] == "version"
    assert answer("-o", "json", "version", "-o", "text").out.startswith("rhdh-orchestrator ")


def test_silence_of_the_command_keeps_the_word_of_the_group(answer):
    assert json.loads(answer("-o", "json", "releases", "show", "1.6").out)["result"]["minor"] == "1.6"


@pytest.mark.parametrize(
    ("typed", "near"), [("instal", "install"), ("config efective", "effective"), ("releases sho", "show")]
)
def test_a_mistyped_command_is_told_the_nearest(typed, near, answer):
    assert f"the nearest is '{near}'" in answer(*typed.split()).err


def test_a_missing_command_shows_the_help(answer):
    said = answer("config")
    assert "effective" in said.err
    assert said.err.endswith("  fix: rhdh-orchestrator config --help\n")


def test_options_of_clusters_are_none_of_directories(answer):
    said = answer("install", "--directory", "d", "--as", "somebody")
    assert said.code == 2
    assert "--as is for clusters" in said.err


def test_version_is_the_number_alone(answer):
    assert answer("--version").out == f"{__version__}\n"
    assert __version__.count(".") == 2


def test_env_without_a_name_is_not_repeated(answer):
    said = answer("config", "effective", "--app-config", "x.yaml", "--env", "s3cr3t")
    assert said.code == 2
    assert "s3cr3t" not in said.err + said.out


def test_options_reach_the_flow_as_a_request(answer, flow):
    seen = []
    flow(install=lambda request, **_: seen.append(request) or Report())
    line = "install --directory d --instance a/b --rhdh-version 1.8 --defaults f --without cors,csp --without templates"
    more = "--with email --infrastructure-namespace n --rhdh-url u"
    switches = "install --directory d --enable-disabled --dry-run --exit-code --fail-on warn -y"
    answer(*line.split(), *more.split())
    answer(*switches.split())
    assert seen == [
        InstallRequest(
            directory="d",
            rhdh_version="1.8",
            instance="a/b",
            defaults="f",
            without=frozenset({"cors", "csp", "templates"}),
            extras=frozenset({"email"}),
            infrastructure_namespace="n",
            rhdh_url="u",
        ),
        InstallRequest("d", enable_disabled=True, dry_run=True, exit_code=True, fail_on_warn=True, yes=True),
    ]


def test_config_options_reach_the_flow_as_a_request(answer, flow):
    seen = []
    flow(
        effective=lambda request: seen.append(request) or Report(),
        show=lambda request, path: seen.append((request, path)) or Report(),
    )
    line = (
        "config effective --file p --app-config a --app-config b --env A=1=2 --env B= --defaults f --rhdh-version 2.0"
    )
    answer(*line.split())
    answer("config", "show", "app.title", "--directory", "d", "--instance", "n")
    assert seen == [
        ConfigRequest(file="p", app_config=("a", "b"), env=(("A", "1=2"), ("B", "")), defaults="f", rhdh_version="2.0"),
        (ConfigRequest(directory="d", instance="n"), "app.title"),
    ]
