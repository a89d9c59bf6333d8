"""Runs all stand-ins until it is ended: python -m tests.world.standins KUBECONFIG. Installs no CRDs."""

import logging
import os
import sys
import time
from pathlib import Path

from tests.world.standins.backstage import RhdhOperator
from tests.world.standins.controller import run
from tests.world.standins.installer import Installer
from tests.world.standins.knative import Knative
from tests.world.standins.openshift import Router
from tests.world.standins.sonataflow import SonataFlow
from tests.world.standins.storage import Storage


def main(kubeconfig: Path) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", force=True)
    logs = kubeconfig.parent.parent / "logs"
    run(kubeconfig, [Storage(), Installer(logs), Router(), RhdhOperator(), Knative(), SonataFlow()])
    # Like the programs of the binary: with WORLD_PARENT nothing outlives the one who started it.
    while os.environ.get("WORLD_PARENT") in (None, str(os.getppid())):
        time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
