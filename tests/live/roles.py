"""Roles as `rbac print` prints them, applied to a world. Knows no permission."""

import subprocess
import sys

import yaml

from tests.world.world import World


def allow(world: World, user: str, namespace: str, *words: str, suffix: str = "") -> None:
    """Give a user the roles that the program prints for RHDH's namespace and more words.

    :param suffix: of their names, where others of a shared world have the same ones
    """
    argv = [sys.executable, "-m", "installer", "rbac", "print", "-n", namespace, "--user", user, *words]
    printed = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
    for one in yaml.safe_load_all(printed):
        for named in (one["metadata"], *([one["roleRef"]] if "roleRef" in one else [])):
            named["name"] += suffix
        world.api.apply(one)
