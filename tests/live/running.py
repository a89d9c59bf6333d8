"""Runs one recorded run as a process of its own, and dies where it is told to: RUN.json CACHE [STEP MOMENT].

MOMENT is of a step, counted from 0: `before` its first write, `after` its last, before the journal says so, `held`
(stays there, under the Lease, until its stdin says something), or `stopped` (a SIGINT then).
"""

import json
import os
import signal
import sys
from pathlib import Path

from installer.apply.execute import execute
from installer.apply.hands import Hands
from installer.apply.journal import tidy, write
from installer.apply.lease import lease
from installer.apply.steps import carry_out
from installer.cli.signals import Interrupted, watch_signals
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.live_runs import Means, start
from installer.model.errors import InstallerError
from installer.model.recorded import from_data


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Said:
    def __call__(self, line):
        say(line)

    def wait(self, what, last=""):
        say(f"waiting for {what}: {last}")

    def step(self, name, state):
        say(f"{name}: {state}")


def stop_at(run, step, moment):
    """A way to carry out steps that ends in one."""

    def carry(one, hands):
        at_last = run.steps.index(one) == step
        if at_last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if at_last and moment == "stopped":
            os.kill(os.getpid(), signal.SIGINT)
        if at_last and moment == "held":
            say("held")
            sys.stdin.readline()
        carry_out(one, hands)
        if at_last and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    return carry


def main(path, cache, *stop):
    watch_signals()
    run = from_data(json.loads(Path(path).read_text(encoding="utf-8")))
    options, said = ConnectionOptions(cache_dir=cache), Said()
    cluster = connect(options)
    try:
        if not stop:
            outcome = start(Means(options, cluster, None, said), run, ready=lambda _: None)
            problems = outcome.problems
        else:
            with lease(options, run.target, until=cluster.deadline, progress=said) as taken:
                hands = Hands(cluster, run.target, lambda: None, said, taken.held)
                tidy(cluster, run.target)
                execute(write(cluster, run), hands, stop_at(run, int(stop[0]), stop[1]))
            problems = ()
    except InstallerError as error:
        problems = error.problems
    except Interrupted as stopped:
        return stopped.code
    for one in problems:
        say(f"{one.code}: {one.message}")
    return InstallerError(*problems).exit if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
