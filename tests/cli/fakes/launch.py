"""Starts the real program on a flow that behaves as the first argument says."""

import os
import sys
import time
import weakref
from pathlib import Path
from types import ModuleType

from installer.model.change import Change, Ref
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place
from installer.model.report import Report

DIFF = "--- a/x.yaml\n+++ b/x.yaml\n@@ -1 +1 @@\n-old: 1\n+new: 2\n"


def hang(request, *, progress, **_rest):
    """Hold a temporary file, as a write does, until somebody stops us; SECOND says what cleaning up costs."""
    held = Path(request.directory) / "held.tmp"
    held.touch()
    try:
        progress("holding")
        time.sleep(50)
    finally:
        time.sleep(float(os.environ.get("CLEANUP_SECONDS", "0")))
        held.unlink()
    return Report()


def ask(_request, *, confirm, progress):
    progress("planning")
    said = confirm("Write 1 file?", DIFF)
    problem = Problem("not-confirmed", "nothing was written", fix="--yes", exit=ExitCode.UNCONFIRMED)
    return Report(result={"said": said}, text=f"said {said}\n", errors=() if said else (problem,))


def speak(_request, *, progress, **_rest):
    """Something of everything."""
    progress("planning")
    ref = Ref("v1", "ConfigMap", "rhdh", "dynamic-plugins-rhdh")
    return Report(
        result={"said": "é"},
        text=f"Plan\n- not a diff\n{DIFF}\n+ not a diff either\n",
        changes=(Change("update", ref, "x.yaml", "person", "one line", DIFF),),
        warnings=(Problem("careful", "a warning", Place("x.yaml", 3, 5), "mind it"),),
        errors=(Problem("no-good", "an error", Place("x.yaml", 7), exit=ExitCode.FINDINGS),),
    )


def work(_request, *, progress, **_rest):
    """A run of two waits."""
    progress("planning")
    progress.step("write", "pending")
    for last in ("a", "a", "b"):
        progress.wait("pods", last)
    progress.step("write", "done")
    return Report(result={"said": "é"}, text="done\n")


def wait(_request, *, progress, **_rest):
    """Wait for something that never comes."""
    with progress:
        progress.wait("pods")
        time.sleep(50)


def flood(_request, **_rest):
    """More than a pipe holds."""
    return Report(result={"line": "x" * 2_000_000}, text="line\n" * 400_000)


def drop(request, *, progress, **_rest):
    """Be in a weak reference's callback when the signal arrives: there Python drops what is raised."""

    class Thing:
        pass

    def callback(_dead):
        progress("holding")
        time.sleep(50)

    (Path(request.directory) / "held.tmp").touch()
    try:
        thing = Thing()
        reference = weakref.ref(thing, callback)
        del thing
        time.sleep(50)
    finally:
        (Path(request.directory) / "held.tmp").unlink()
    return reference


fake = ModuleType("installer.flow")
vars(fake)["install"] = {f.__name__: f for f in (hang, ask, speak, work, wait, flood, drop)}[sys.argv.pop(1)]
sys.modules["installer.flow"] = fake

from installer.__main__ import main  # noqa: E402

main()
