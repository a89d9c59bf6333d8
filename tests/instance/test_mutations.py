"""Every case with something in it replaced by something else: an instance or an error of ours, never a crash."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installer.directory.read import read
from installer.instance.find import find
from installer.model.errors import ExitCode, InstallerError
from tests.tables import table

CASES = [
    case["files"] for file in sorted((Path(__file__).parent / "cases").glob("*.yaml")) for case in table(file)["cases"]
]
STRANGE = [None, 3, True, "", "x", "{{ x }}", [], [3], [[]], {}, {"a": 1}, {"name": "plugins"}, [{"name": None}]]


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(deeper for key, value in inside for deeper in paths(value, (*path, key)))]


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


def documents(text: str) -> list[Any] | None:
    try:
        return list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return None


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_never_a_crash(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    files = data.draw(st.sampled_from(CASES))
    name = data.draw(st.sampled_from(sorted(files)))
    content = documents(files[name])
    text = files[name]
    if content is not None:
        path = data.draw(st.sampled_from(paths(content)[1:] or [()]))
        strange = put(content, path, data.draw(st.sampled_from(STRANGE))) or []
        text = yaml.dump_all(strange, Dumper=yaml.CSafeDumper, sort_keys=False)
    folder = tmp_path_factory.mktemp("case")
    for file, written in {**files, name: text}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(written, encoding="utf-8")
    problem = outcome(folder)
    assert problem is None or problem.exit in (ExitCode.TARGET, ExitCode.INVALID, ExitCode.DECIDE)


def outcome(folder: Path) -> InstallerError | None:
    try:
        find(read(str(folder)))
    except InstallerError as error:
        return error
    return None
