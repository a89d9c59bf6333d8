"""What a directory may hold that is no manifest, and what becomes of it. Each within seconds, nothing executed."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installer.directory import walk
from installer.directory.characters import parseable
from installer.directory.read import read
from installer.instance.find import find
from installer.instance.manifests import Manifests
from installer.model.errors import ExitCode, InstallerError
from installer.yamltext.reading import compose

CR = (
    b"apiVersion: rhdh.redhat.com/v1alpha3\nkind: Backstage\nmetadata: {name: hub}\n"
    b"spec: {application: {dynamicPluginsConfigMapName: plugins}}\n"
)
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plugins}\ndata:\n  dynamic-plugins.yaml: |\n    plugins: []\n"
)


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def codes(manifests: Manifests) -> dict[str, str]:
    return {file.path: file.reason.code for file in manifests.unreadable}


def refused(path: Path) -> InstallerError:
    with pytest.raises(InstallerError) as caught:
        find(read(str(path)))
    assert all(problem.fix for problem in caught.value.problems)
    return caught.value


def test_missing_directory(tmp_path: Path) -> None:
    error = refused(tmp_path / "absent")
    assert (error.exit, error.problems[0].code) == (ExitCode.TARGET, "directory-missing")


def test_file_in_its_place(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "cr.yaml", CR))
    assert (error.exit, error.problems[0].code) == (ExitCode.TARGET, "not-a-directory")


def test_path_through_a_file(tmp_path: Path) -> None:
    assert refused(put(tmp_path, "cr.yaml", CR) / "below").exit == ExitCode.TARGET


def test_empty_directory(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert (error.exit, error.problems[0].code) == (ExitCode.TARGET, "directory-empty")


def test_directory_of_empty_files(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", b"")
    put(tmp_path, "b.yaml", b"  \n# nothing\n")
    assert refused(tmp_path).exit == ExitCode.TARGET


@pytest.mark.parametrize("name", ["", "sub", "cr.yaml"])
def test_not_readable(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "sub/cm.yaml", b"a: 1\n")
    barred = str(tmp_path / name) if name else str(tmp_path)
    if os.geteuid() == 0:  # root is refused nothing: the system's answer is put in by hand
        for function in ("open", "scandir"):
            monkeypatch.setattr(walk.os, function, deny(getattr(os, function), barred))
    else:
        Path(barred).chmod(0)
    try:
        error = refused(tmp_path)
    finally:
        if os.geteuid() != 0:
            Path(barred).chmod(0o700)
    assert (error.exit, error.problems[0].code) == (ExitCode.DENIED, "not-readable")
    assert (name or str(tmp_path)) in error.problems[0].message


def deny(function, barred: str):  # type: ignore[no-untyped-def]
    def denying(path, *arguments, **options):  # type: ignore[no-untyped-def]
        if os.fspath(path) == barred:
            raise PermissionError(13, "Permission denied", barred)
        return function(path, *arguments, **options)

    return denying


BAD = {
    "binary": (b"\x00\x01plugins\x02\x03" * 100, "yaml-binary"),
    "control characters": (b"name: plugins\na: \x07\n", "yaml-syntax"),
    "Latin-1": (b"# \xfc\nname: plugins\n", "not-utf-8"),
    "UTF-16": (CONFIG_MAP.encode("utf-16"), "not-utf-8"),
    "UTF-16 without mark": (CONFIG_MAP.encode("utf-16-be"), "yaml-binary"),
    "NUL": (b"name: plugins\nb: \0\n", "yaml-binary"),
    "tab": (b"name:\n\tplugins: plugins\n", "yaml-syntax"),
    "truncated": (CONFIG_MAP.encode() + b'  other: "half', "yaml-syntax"),
    "deep flow": (b"plugins: " + b"[" * 10_000, "yaml-too-deep"),
    "deep blocks": (b"# plugins\n" + b"".join(b" " * n + b"a:\n" for n in range(300)), "yaml-too-deep"),
    "alias bomb": (
        b"plugins: plugins\na0: &a0 [x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)),
        "yaml-alias-bomb",
    ),
    "recursive": (b"plugins: &a {b: *a}\n", "yaml-recursive"),
    "too large": (b"# plugins\n" + b"- plugins of somebody else\n" * 200_000, "yaml-too-large"),
    "too many nodes": (b"plugins: [" + b"1," * 300_000 + b"1]", "yaml-too-many-nodes"),
}


@pytest.mark.parametrize("name", BAD)
def test_unreadable_text(tmp_path: Path, name: str) -> None:
    data, code = BAD[name]
    put(tmp_path, "sub/bad.yaml", data)
    put(tmp_path, "cr.yaml", CR)
    manifests = read(str(tmp_path))
    assert codes(manifests) == {"sub/bad.yaml": code}
    assert [(one.code, one.where and one.where.file) for one in manifests.warnings] == [(code, "sub/bad.yaml")]
    error = refused(tmp_path)
    assert (error.exit, error.problems[0].code) == (ExitCode.INVALID, code)
    assert error.problems[0].where is not None


@pytest.mark.parametrize("name", BAD)
def test_unreadable_text_that_nobody_needs(tmp_path: Path, name: str) -> None:
    put(tmp_path, "bad.yaml", BAD[name][0])
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "cm.yaml", CONFIG_MAP.encode())
    assert find(read(str(tmp_path))).name == "hub"


def test_places_of_bad_bytes(tmp_path: Path) -> None:
    put(tmp_path, "latin.yaml", "a: ä\nbc: ".encode() + b"\xfc\n")
    put(tmp_path, "nul.yaml", b"a: 1\nb: 2\nc: \0")
    reasons = {one.path: (one.reason.line, one.reason.column) for one in read(str(tmp_path)).unreadable}
    assert reasons["latin.yaml"] == (2, 5)
    assert reasons["nul.yaml"][0] == 3


def test_mark_and_line_ends_stay(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + CONFIG_MAP.replace("\n", "\r\n").encode()
    put(tmp_path, "cm.yaml", data)
    put(tmp_path, "cr.yaml", CR)
    manifests = read(str(tmp_path))
    file = manifests.files["cm.yaml"]
    assert (file.data, file.bom, file.characters[:3]) == (data, True, "api")
    plugins = find(manifests).plugins
    assert plugins is not None
    assert (plugins.region.text.characters, str(plugins.region.text.place(0))) == ("plugins: []\n", "cm.yaml:6:5")


def test_fifos_sockets_and_folders_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "folder.yaml/cm.yaml", CONFIG_MAP.encode())
    os.mkfifo(tmp_path / "fifo.yaml")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.yaml")
        assert list(read(str(tmp_path)).files) == ["cr.yaml", "folder.yaml/cm.yaml"]
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    assert list(read(str(tmp_path)).files) == ["cr.yaml", "folder.yaml/cm.yaml"]


def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    with pytest.raises(walk.Unreadable, match="not a regular file"):
        walk.load(str(tmp_path), "fifo.yaml")


def test_files_above_16_mib_are_skipped(tmp_path: Path) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "cm.yaml", CONFIG_MAP.encode())
    with put(tmp_path, "big.yaml", b"plugins").open("r+b") as file:
        file.truncate(30 * 1024 * 1024)
    manifests = read(str(tmp_path))
    assert [(one.code, str(one.where)) for one in manifests.warnings] == [("file-too-large", "big.yaml:1:1")]
    assert find(manifests).name == "hub"


def test_a_needed_file_above_16_mib_is_named(tmp_path: Path) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "big.yaml", CONFIG_MAP.encode() + b"# padding\n" * 3_000_000)
    error = refused(tmp_path)
    assert (error.exit, error.problems[0].code) == (ExitCode.INVALID, "file-too-large")


def test_files_beyond_all_bounds_are_not_read(tmp_path: Path) -> None:
    put(tmp_path, "cr.yaml", CR)
    with put(tmp_path, "big.yaml", b"plugins").open("r+b") as file:
        file.truncate(2 * 1024 * 1024 * 1024)
    assert refused(tmp_path).exit == ExitCode.TARGET


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "outside/secret.yaml", b"a: 1\n")
    put(root, "cr.yaml", CR)
    put(root, "real/cm.yaml", CONFIG_MAP.encode())
    put(root, "..data/hidden.yaml", b"a: 1\n")
    (root / "again.yaml").symlink_to("real/cm.yaml")
    (root / "folder").symlink_to("real")
    (root / "real" / "loop").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "mounted.yaml").symlink_to("..data/hidden.yaml")
    (root / "out.yaml").symlink_to(tmp_path / "outside" / "secret.yaml")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "broken.yaml").symlink_to("absent.yaml")
    manifests = read(str(root))
    assert list(manifests.files) == ["..data/hidden.yaml", "cr.yaml", "real/cm.yaml"]
    assert {one.code for one in manifests.warnings} == {"link-not-followed"}
    assert len(manifests.warnings) == 2
    assert manifests.resolve("", "folder/cm.yaml") == "real/cm.yaml"
    assert manifests.resolve("real", "loop/again.yaml") == "real/cm.yaml"
    assert find(manifests).name == "hub"


def test_a_linked_directory_as_root(tmp_path: Path) -> None:
    put(tmp_path, "real/cr.yaml", CR)
    (tmp_path / "link").symlink_to("real")
    assert list(read(str(tmp_path / "link")).files) == ["cr.yaml"]


def test_what_is_no_manifest_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "cm.YML", CONFIG_MAP.encode())
    put(tmp_path, ".git/x.yaml", b"[")
    put(tmp_path, "node_modules/x/package.json", b"{")
    put(tmp_path, "notes.md", b"[")
    manifests = read(str(tmp_path))
    assert (list(manifests.files), manifests.warnings) == (["cm.YML", "cr.yaml"], ())


def test_names_that_are_no_utf_8(tmp_path: Path) -> None:
    put(tmp_path, "cr.yaml", CR)
    put(tmp_path, "ü.yaml", b"a: 1\n")
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff.yaml", os.O_CREAT | os.O_WRONLY))
    manifests = read(str(tmp_path))
    assert list(manifests.files) == ["cr.yaml", "ü.yaml"]
    assert [one.code for one in manifests.warnings] == ["file-name"]
    assert all(one.message.encode() for one in manifests.warnings)


def test_many_files_are_read_in_order(tmp_path: Path) -> None:
    for number in range(1500):
        put(tmp_path, f"{number % 30:02}/{number:04}.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
    put(tmp_path, "zz/cr.yaml", CR)
    put(tmp_path, "zz/cm.yaml", CONFIG_MAP.encode())
    manifests = read(str(tmp_path))
    assert len(manifests.files) == 1502
    assert list(manifests.files) == sorted(manifests.files)
    assert find(manifests).name == "hub"


def test_generated_files_out_of_the_directory_are_not_read(tmp_path: Path) -> None:
    put(tmp_path, "secret.txt", b"x")
    put(
        tmp_path,
        "root/kustomization.yaml",
        b"secretGenerator: [{name: a, files: [../secret.txt, /etc/passwd, b.txt]}]\n",
    )
    put(tmp_path, "root/b.txt", b"x")
    assert list(read(str(tmp_path / "root")).files) == ["b.txt", "kustomization.yaml"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r'{"a": "\ud83d\ude00"}', r'{"a": "\ue83d\uee00"}'),
        (r'[{"a": "\\\uD83D"}]', r'[{"a": "\\\ue83D"}]'),
        (r'{"a": "\\ud83d"}', r'{"a": "\\ud83d"}'),
        (r'{"a": "\ud7ff"}', r'{"a": "\ud7ff"}'),
        (r"a: '\ud83d'", r"a: '\ud83d'"),
    ],
)
def test_surrogate_escapes(written: str, expected: str) -> None:
    assert parseable(written) == expected
    assert compose(parseable(written))


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {initContainers: [{name: install-dynamic-plugins, volumeMounts: [{}, 3]}], volumes: [3, {}]}}}
"""
NAMES = st.sampled_from(["a.yaml", "b/c.yml", "d.json", "kustomization.yaml", "values.yaml", "Chart.yaml"])
PIECES = st.sampled_from(
    [
        CR.decode(),
        CONFIG_MAP,
        "---\n",
        "kind: List\nitems:\n- ",
        "items: 3\nkind: ConfigMapList\napiVersion: v1\n",
        "global: {dynamic: }\n",
        "upstream:\n  backstage:\n    appConfig: []\n    extraAppConfig: {a: b}\n",
        "configMapGenerator: [{name: plugins, files: [a.yaml, '=', 3]}]\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: x\nspec: {source: {chart: rhdh, helm: 1}}\n",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: []\n",
        DEPLOYMENT,
        "? [a]\n: b\n",
        "&a [*a]\n",
        "{{ x }}",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=6).map(
    lambda parts: "".join(parts).encode("utf-8", "ignore")
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.one_of(TEXTS, st.binary(max_size=60)), max_size=5))
def test_never_a_crash(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, data in files.items():
        put(folder, name, data)
    problem = outcome(folder)
    assert problem is None or (problem.problems and problem.exit not in (ExitCode.OK, ExitCode.BUG))


def outcome(folder: Path) -> InstallerError | None:
    try:
        found = find(read(str(folder)))
    except InstallerError as error:
        return error
    return None if found.flavour in ("operator", "helm", "plain") else InstallerError()
