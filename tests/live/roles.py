"""Roles as `rbac print` prints them, applied to a world. Knows no permission."""

import subprocess
import sys

import yaml

from tests.world.world import World


def allow(world: World, user: str, namespace: str, *words: str) -> None:
    """Give a user the roles that the program prints for RHDH's namespace and more words."""
    argv = [sys.executable, "-m", "installer", "rbac", "print", "-n", namespace, "--user", user, *words]
    printed = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
    for one in yaml.safe_load_all(printed):
        world.api.apply(one)
