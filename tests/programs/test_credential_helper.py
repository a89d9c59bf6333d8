"""docker-credential-NAME: programs that answer well, badly and not at all."""

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.programs.credential_helper import stored


def ask(folder, script, name="acme", **more):
    program = folder / "docker-credential-acme"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return stored(name, "quay.io", {"PATH": f"{folder}:/usr/bin:/bin"}, **more)


def test_it_gets_the_server_and_answers(tmp_path):
    answer = """read server; printf '{"ServerURL": "%s", "Username": "%s", "Secret": "s"}' "$server" "$1-$server" """
    assert ask(tmp_path, answer) == ("get-quay.io", "s")


def test_it_has_nothing(tmp_path):
    assert ask(tmp_path, "echo credentials not found in native keychain; exit 1") is None


@pytest.mark.parametrize(
    ("script", "exit_code"),
    [
        ("echo s3cret-word; echo s3cret-word >&2; exit 1", ExitCode.DENIED),
        ("echo s3cret-word", ExitCode.INVALID),
        ("echo '[]'", ExitCode.INVALID),
        ("""echo '{"Username": "a", "Secret": 7}'""", ExitCode.INVALID),
        ("""echo '{"Username": "s3cret-word"}'""", ExitCode.INVALID),
        ("exec sleep 60", ExitCode.UNREACHABLE),
        ("exec yes s3cret-word", ExitCode.INVALID),
    ],
)
def test_it_fails(script, exit_code, tmp_path):
    with pytest.raises(InstallerError) as caught:
        ask(tmp_path, script, seconds=3.0)
    assert caught.value.exit is exit_code
    assert "s3cret-word" not in repr(caught.value.problems)


@pytest.mark.parametrize(("name", "exit_code"), [("nothing", ExitCode.FINDINGS), ("../acme", ExitCode.INVALID)])
def test_it_is_none(name, exit_code, tmp_path):
    with pytest.raises(InstallerError) as caught:
        ask(tmp_path, "exit 0", name=name)
    assert caught.value.exit is exit_code
