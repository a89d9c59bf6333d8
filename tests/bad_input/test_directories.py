"""Directories that are none, or hold more than files: documented codes, nothing waited for, nothing changed."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from tests.bad_input.conftest import contents, obey_modes


def test_missing(tmp_path, refused):
    refused(tmp_path / "nowhere", 3, "directory-missing")


def test_file_in_its_place(tmp_path, refused):
    file = tmp_path / "file"
    file.write_text("kind: Backstage\n")
    refused(file, 3, "not-a-directory")
    assert file.read_text() == "kind: Backstage\n"


def test_empty(tmp_path, refused):
    refused(tmp_path, 3, "directory-empty")


def test_without_an_instance(tmp_path, refused):
    (tmp_path / "service.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")
    said = refused(tmp_path, 3, "instance-missing")
    message = said.document["errors"][0]["message"]
    assert all(word in message for word in ("Backstage", "Helm", "Deployment"))


def test_folders_and_empty_files_named_yaml(portal, answer):
    (portal / "folder.yaml").mkdir()
    (portal / "folder.yaml" / "empty.yaml").touch()
    said = answer("install", "--directory", str(portal), "--dry-run", expect=0)
    assert said.document["warnings"] == []


@pytest.mark.parametrize("name", ["dynamic-plugins.yaml", "."])
def test_not_readable(portal, answer, name):
    before = contents(portal)
    (portal / name).chmod(0)
    said = answer("install", "--directory", str(portal), "--yes", expect=9, child_after=obey_modes)
    (portal / name).chmod(0o755)
    assert contents(portal) == before
    assert [one["code"] for one in said.document["errors"]] == ["not-readable"]
    assert name == "." or name in said.document["errors"][0]["message"]


@pytest.mark.parametrize("option", ["--file", "--app-config", "--defaults"])
def test_a_file_of_the_command_line(portal, answer, option):
    (portal / "plugins.txt").write_text("includes: [dynamic-plugins.default.yaml]\n")
    words = ["config", "effective", "--rhdh-version", "1.8", "--file", str(portal / "plugins.txt")]
    os.mkfifo(portal / "fifo")
    (portal / "closed").write_text("a: b\n")
    (portal / "closed").chmod(0)
    (portal / "large").write_bytes(b"#" * 30_000_000)
    (portal / "binary").write_bytes(b"\x7fELF\x00\xff")
    for name, code in [("fifo", 3), (".", 3), ("large", 6), ("binary", 6), ("closed", 9)]:
        said = answer(*words, option, str(portal / name), expect=code, child_after=obey_modes if code == 9 else None)
        assert said.document["errors"][0]["code"] in ("not-a-file", "file-too-large", "not-utf-8", "file-denied")


def test_link_loops_and_escapes(tmp_path, portal, answer):
    outside = tmp_path / "outside"
    shutil.copytree(portal, outside)
    (portal / "loop").symlink_to(".")
    (portal / "self.yaml").symlink_to("self.yaml")
    (portal / "there.yaml").symlink_to("back.yaml")
    (portal / "back.yaml").symlink_to("there.yaml")
    (portal / "gone.yaml").symlink_to("missing.yaml")
    (portal / "out").symlink_to(outside)
    (portal / "out.yaml").symlink_to(outside / "backstage.yaml")
    before = contents(outside)
    said = answer("install", "--directory", str(portal), "--yes", expect=0)
    assert contents(outside) == before
    assert [one["code"] for one in said.document["warnings"]].count("link-not-followed") == 2
    assert answer("install", "--directory", str(portal), "--yes", expect=0).document["changes"] == []


def test_fifos_and_sockets(portal, answer):
    os.mkfifo(portal / "fifo.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(portal / "s.yaml"))
        answer("install", "--directory", str(portal), "--yes", expect=0)


def test_a_fifo_in_the_place_of_the_directory(tmp_path, refused):
    os.mkfifo(tmp_path / "fifo")
    refused(tmp_path / "fifo", 3, "not-a-directory")


def test_1500_files(portal, answer):
    more = portal / "more"
    more.mkdir()
    for number in range(1500):
        (more / f"{number}.yaml").write_text(
            f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other-{number}\ndata:\n  a: |\n    b: {number}\n"
        )
    before = contents(more)
    said = answer("install", "--directory", str(portal), "--yes", expect=0)
    assert contents(more) == before
    assert len(said.document["changes"]) >= 3


def test_unknown_release(portal, refused):
    said = refused(portal, 3, "unknown-release", "--rhdh-version", "1.66")
    assert "1.6" in f"{said.document['errors'][0]}"


@pytest.mark.parametrize("words", [["--dry-urn"], ["--without", "rain"], ["--instance"], ["surplus"]])
def test_misused(portal, answer, words):
    before = contents(portal)
    answer("install", "--directory", str(portal), "--yes", *words, expect=2)
    assert contents(portal) == before


def test_unknown_instance(portal, refused):
    refused(portal, 3, "instance-unknown", "--instance", "rhdh/other")


def test_several_instances_are_listed(portal, refused):
    other = (portal / "backstage.yaml").read_text().replace("name: developer-hub", "name: other-hub")
    (portal / "other.yaml").write_text(other)
    said = refused(portal, 3, "instance-ambiguous")
    assert all(f"rhdh/{name}" in said.document["errors"][0]["message"] for name in ("developer-hub", "other-hub"))


def test_names_that_nobody_likes(portal, answer):
    odd = portal / "a b'c\nd"
    odd.mkdir()
    for file in ("backstage.yaml", "dynamic-plugins.yaml"):
        Path(portal / file).rename(odd / file)
    said = answer("install", "--directory", str(portal), "--yes", expect=0)
    assert any(change["path"].startswith("a b'c\nd/") for change in said.document["changes"])
