"""Records what a person sees who tries the program on the test world, for README.md. Needs Go once, and a minute.

python -m tests.world.session            print it
python -m tests.world.session --update   put it into README.md, between the two marks
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.world.api import config_map
from tests.world.command import NAMESPACE
from tests.world.programs import HELM_4, helm
from tests.world.rhdh import NAME, install_rhdh_operator, put, sample
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World, start_world

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- recorded by scripts/session -->\n", "<!-- end of the recording -->\n"
PUBLISHED = "@redhat/backstage-plugin-orchestrator@1.6.1"
FAULT = "npm error 404 Not Found - GET @redhat/backstage-plugin-orchestrator"
# What differs from run to run, and what it is shown as.
MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)"), "2026-01-31T12:00:00Z"),
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"), "20260131-120000-1a2b"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:6443"),
    (re.compile(r"install-[0-9a-z]{5}\b"), "install-x1y2z"),
    (re.compile(r"(backstage-developer-hub)-[0-9a-f]{8,10}-[0-9a-z]{5}"), r"\1-5d8f9c7b6-x1y2z"),
)
BEFORE = (
    "rhdh-orchestrator check 2>/dev/null | tail -1",
    "rhdh-orchestrator install --yes 2>&1 >/dev/null | grep -v waiting | cut -c22-",
    "rhdh-orchestrator status | grep -v '^plugin'",
    "rhdh-orchestrator install --yes 2>/dev/null | tail -1",
    "rhdh-orchestrator undo --yes 2>/dev/null | tail -1",
)
# Then npm loses a package, and the pod that would need it crashes.
AFTER = (
    "rhdh-orchestrator install --yes 2>&1 >/dev/null | grep -A3 ^error:",
    "rhdh-orchestrator history",
)


def record() -> str:
    """The session as text: each command behind a $, then what it printed."""
    world = start_world()
    try:
        install_rhdh_operator(world.api)
        put(world.api, sample(NAMESPACE), with_namespace=True)
        settled(world)
        said = [run(world, line) for line in BEFORE]
        packages = f'{{"{PUBLISHED}": {{"fault": "{FAULT}"}}}}'
        world.api.apply(config_map("world-npm", NAMESPACE, {"packages.yaml": packages}))
        said += [run(world, line) for line in AFTER]
        settled(world)
    finally:
        world.stop()
    return "\n".join(said)


def settled(world: World) -> None:
    world.api.wait(DEPLOYMENT, f"backstage-{NAME}", NAMESPACE, rolled_out)


def run(world: World, line: str) -> str:
    with tempfile.TemporaryDirectory() as home:
        program = Path(home) / "rhdh-orchestrator"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m installer "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        environment = {
            "PATH": f"{home}:{os.defpath}",
            "HOME": home,
            "PYTHONPATH": str(README.parent),
            "KUBECONFIG": str(world.kubeconfig),
            "RHDH_ORCHESTRATOR_HELM": str(helm(HELM_4)),
        }
        done = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
    shown = re.sub(r" 2>&1 >/dev/null| 2>/dev/null", "", line)
    return f"$ {shown}\n{masked(done.stdout)}"


def masked(text: str) -> str:
    for pattern, shown in MASKS:
        text = pattern.sub(shown, text)
    return "".join(f"{one.rstrip()}\n" for one in text.splitlines())


def recorded() -> str:
    """What README.md shows now."""
    inside = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    return inside.removeprefix("```text\n").removesuffix("```\n")


def update(session: str) -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    README.write_text(f"{before}{BEGIN}```text\n{session}```\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    session = record()
    if "--update" in sys.argv:
        update(session)
    sys.stdout.write(session)
