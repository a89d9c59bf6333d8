"""The completion scripts are scripts, and a TAB gets the right words."""

import shutil

import pytest

from installer.cli.table import CONFIG, ROOT


def complete(program, line, shell="bash"):
    words = ["rhdh-orchestrator", *line.split(" ")]
    env = {
        "_RHDH_ORCHESTRATOR_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line if shell == "fish" else " ".join(words),
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    return program.run(env=env).stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", set(ROOT)),
        ("in", {"install"}),
        ("config ", set(CONFIG)),
        ("-o json config e", {"effective"}),
        ("config -o json e", {"effective"}),
        ("releases s", {"show"}),
        ("-o ", {"text", "json", "yaml", "jsonl", "sarif", "junit", "md", "html"}),
        ("audit -o j", {"json", "jsonl", "junit"}),
        ("install -o j", {"json", "jsonl"}),
        ("install --color ", {"auto", "always", "never"}),
        ("install --fail-on ", {"warn"}),
        ("install --e", {"--enable-disabled", "--exit-code"}),
        ("completion ", {"bash", "zsh", "fish"}),
        ("nonsense ", set(ROOT)),
    ],
)
def test_bash_gets_the_words(line, wanted, program):
    assert {entry.partition(",")[2] for entry in complete(program, line)} == wanted


def test_a_directory_is_completed_by_the_shell(program):
    assert complete(program, "install --directory man") == ["dir,man"]
    assert complete(program, "config effective --file x") == ["file,x"]


def test_zsh_gets_the_words_and_their_help(program):
    assert complete(program, "config e", "zsh") == ["plain", "effective", CONFIG["effective"].help]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script(shell, program, tmp_path):
    script = program.run("completion", shell).stdout
    assert f"_RHDH_ORCHESTRATOR_COMPLETE={shell}_complete" in script
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not on this machine: its script was printed, not parsed")
    file = tmp_path / "script"
    file.write_text(script)
    done = program.shell(f'"{found}" -n "{file}"')
    assert (done.returncode, done.stderr) == (0, "")


def test_sourced_by_bash_it_completes(program, tmp_path):
    shim = tmp_path / "rhdh-orchestrator"
    shim.write_text('#!/bin/sh\nexec "$PYTHON" -m installer "$@"\n')
    shim.chmod(0o755)
    script = f"""
        PATH="{tmp_path}:$PATH"
        source <(rhdh-orchestrator completion bash)
        complete -p rhdh-orchestrator >&2
        COMP_WORDS=(rhdh-orchestrator conf); COMP_CWORD=1
        _rhdh_orchestrator_completion rhdh-orchestrator
        echo "${{COMPREPLY[@]}}"
    """
    done = program.shell(script)
    assert done.stdout == "config\n"
    assert "_rhdh_orchestrator_completion rhdh-orchestrator" in done.stderr
