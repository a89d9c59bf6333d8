"""A child ends when it should, leaves nothing behind, and says what it said: on small programs that misbehave."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.programs.child import Bounds, Finished, run
from tests.programs.conftest import Script

ENVIRONMENT = {"PATH": os.defpath}
QUICK = Bounds(grace=0.5)


def _run(program: Path, *arguments: str, timeout: float = 30, **more: Any) -> Finished:
    return run([program, *arguments], timeout=timeout, environment=more.pop("environment", ENVIRONMENT), **more)


def _refused(program: Path, *arguments: str, **more: Any) -> tuple[ExitCode, str, str]:
    with pytest.raises(InstallerError) as caught:
        _run(program, *arguments, **more)
    (problem,) = caught.value.problems
    return problem.exit, problem.code, problem.message


def _alive(process: int) -> bool:
    """Whether it runs; a zombie, which waits for its parent to look, does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _await(condition: Callable[[], bool]) -> bool:
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_what_it_says(script: Script) -> None:
    program = script("import sys; print('out', *sys.argv[1:]); print('err', file=sys.stderr); sys.exit(3)")
    assert _run(program, "a b", "c'd") == Finished(3, "out a b c'd\n", "err\n")


def test_its_environment_is_exactly_the_given_one(script: Script) -> None:
    program = script("import os; print(sorted(name for name in os.environ if name != 'LC_CTYPE'))")
    assert _run(program, environment={"ONE": "1"}).stdout == "['ONE']\n"


def test_its_own_session(script: Script) -> None:
    program = script("import os; print(os.getsid(0) == os.getpid())")
    assert _run(program).stdout == "True\n"


@pytest.mark.parametrize("given", [b"", b"registry.example.com\n"])
def test_its_input(script: Script, given: bytes) -> None:
    program = script("import sys; print(repr(sys.stdin.read()))")
    assert _run(program, stdin=given).stdout == f"{given.decode()!r}\n"


def test_input_that_nobody_reads(script: Script) -> None:
    program = script("import os, sys; os.close(0); print('done')")
    assert _run(program, stdin=b"x" * 16384).stdout == "done\n"


def test_both_pipes_full_at_once(script: Script) -> None:
    program = script(
        """
        import sys, threading
        def fill(pipe):
            for _ in range(64):
                pipe.write("x" * 65536)
        threads = [threading.Thread(target=fill, args=[pipe]) for pipe in (sys.stdout, sys.stderr)]
        [one.start() for one in threads]
        [one.join() for one in threads]
        print("last words", file=sys.stderr)
        """
    )
    done = _run(program)
    assert len(done.stdout) == 64 * 65536
    assert len(done.stderr) == 65536, "the end of it is kept"
    assert done.stderr.endswith("last words\n")


def test_huge_output_is_stopped(script: Script) -> None:
    program = script(
        """
        import sys
        while True:
            sys.stdout.write("x" * 65536)
        """
    )
    exit_code, code, message = _refused(program, bounds=Bounds(grace=0.5, stdout=2 << 20))
    assert (exit_code, code) == (ExitCode.INVALID, "program-output")
    assert "more than 2 MiB" in message


def test_output_that_is_no_text(script: Script) -> None:
    program = script("import sys; sys.stdout.buffer.write(b'\\xff')")
    assert _refused(program)[:2] == (ExitCode.INVALID, "program-output")


def test_stderr_that_is_no_text(script: Script) -> None:
    program = script("import sys; sys.stderr.buffer.write(b'a\\xffb')")
    assert _run(program).stderr == "a�b"


def test_ended_by_a_signal(script: Script) -> None:
    program = script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert _run(program).code == -signal.SIGKILL


def test_a_timeout_ends_it_gently(script: Script, tmp_path: Path) -> None:
    program = script(
        """
        import signal, sys, time
        def stop(number, frame):
            open(sys.argv[1], "w").write("ended well")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        # More than a pipe holds: whoever waits for its end must read on.
        print("x" * 500000, flush=True)
        time.sleep(60)
        """
    )
    exit_code, code, message = _refused(program, str(tmp_path / "mark"), timeout=1)
    assert (exit_code, code) == (ExitCode.UNREACHABLE, "program-timeout")
    assert "within 1 s" in message
    assert (tmp_path / "mark").read_text(encoding="utf-8") == "ended well"


STUBBORN = """
    import os, signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        if "quiet" in sys.argv:
            os.close(1), os.close(2)
        open(sys.argv[1], "w").write(str(os.getpid()))
        time.sleep(60)
    time.sleep(60)
"""


@pytest.mark.parametrize("manner", ["loud", "quiet"])
def test_a_timeout_ends_those_that_will_not(script: Script, tmp_path: Path, manner: str) -> None:
    mark = tmp_path / "mark"
    assert _refused(script(STUBBORN), str(mark), manner, timeout=1, bounds=QUICK)[1] == "program-timeout"
    assert _await(lambda: not _alive(int(mark.read_text(encoding="utf-8")))), "its own child lives on"


def test_pipes_closed_but_alive(script: Script) -> None:
    program = script("import os, time; os.close(1); os.close(2); time.sleep(60)")
    assert _refused(program, timeout=1, bounds=QUICK)[1] == "program-timeout"


def test_a_leftover_that_holds_the_pipes(script: Script, tmp_path: Path) -> None:
    """The program has ended; what it started does not keep us waiting, and is ended too."""
    program = script(
        """
        import os, sys, time
        child = os.fork()
        if child == 0:
            time.sleep(60)
        open(sys.argv[1], "w").write(str(child))
        print("done", flush=True)
        os._exit(0)
        """
    )
    mark = tmp_path / "mark"
    assert _run(program, str(mark), timeout=30) == Finished(0, "done\n", "")
    assert _await(lambda: not _alive(int(mark.read_text(encoding="utf-8"))))


class _StopError(BaseException):
    pass


@pytest.mark.parametrize("moment", ["started", "while it starts"])
def test_a_signal_to_us_ends_it(script: Script, tmp_path: Path, moment: str) -> None:
    mark = tmp_path / "mark"
    program = script("import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)")

    def stop(_number: int, _frame: object) -> None:
        raise _StopError

    def interrupt() -> None:
        if moment == "started":
            _await(lambda: mark.exists() and mark.read_text(encoding="utf-8") != "")
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    thread = threading.Thread(target=interrupt)
    try:
        with pytest.raises(_StopError):  # noqa: PT012 - it may come at once
            thread.start()
            _run(program, str(mark), bounds=QUICK)
    finally:
        thread.join()
        signal.signal(signal.SIGTERM, before)
    written = mark.read_text(encoding="utf-8") if mark.exists() else ""
    assert not written or not _alive(int(written))


def test_signals_between_start_and_hold_come_later() -> None:
    from installer.programs import child  # noqa: PLC0415 - its inside

    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: seen.append(number))
    try:
        with child._signals_later():
            signal.raise_signal(signal.SIGTERM)
            assert seen == []
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_from_another_thread(script: Script) -> None:
    program = script("print('done')")
    found: list[Finished] = []
    thread = threading.Thread(target=lambda: found.append(_run(program)))
    thread.start()
    thread.join()
    assert found == [Finished(0, "done\n", "")]


def test_no_program(tmp_path: Path) -> None:
    assert _refused(tmp_path / "none")[:2] == (ExitCode.FINDINGS, "program-missing")


@pytest.mark.parametrize(("mode", "text"), [(0o644, "#!/bin/sh\n"), (0o755, "\x7fELF of another machine")])
def test_a_program_that_cannot_run(tmp_path: Path, mode: int, text: str) -> None:
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    assert _refused(file)[:2] == (ExitCode.FINDINGS, "program-not-runnable")


def test_only_absolute_paths() -> None:
    with pytest.raises(ValueError, match="no absolute path"):
        run(["sh", "-c", "true"], timeout=1, environment=ENVIRONMENT)


def test_secrets_are_hidden(script: Script) -> None:
    program = script("import sys; print('pw hunter22-long, hunter22, a abc a', file=sys.stderr)")
    assert _run(program, secrets=["hunter22", "hunter22-long", "a", ""]).stderr == "pw ***, ***, *** abc ***\n"


@pytest.mark.skipif(
    not hasattr(__import__("resource"), "prlimit"), reason="this system bounds no other process's memory"
)
def test_memory_is_bounded(script: Script) -> None:
    program = script("import time; time.sleep(0.5); b = bytearray(1 << 30); print(len(b))")
    assert _run(program).stdout == f"{1 << 30}\n"
    done = _run(program, bounds=Bounds(memory=1 << 29))
    assert done.code == 1
    assert "MemoryError" in done.stderr


def test_nothing_stays_open(script: Script) -> None:
    program = script("print('done')")
    _run(program)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        _run(program)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
