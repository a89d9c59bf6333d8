"""The text of a lock: back and forth without loss, one order, and every fault with its place."""

import random
from pathlib import Path
from typing import get_args

import pytest
import yaml

from installer.model.errors import ExitCode, InstallerError
from installer.model.lock import Lock, Locked, Source, lock_of
from installer.model.place import Place
from installer.plan import lock_text
from installer.plan.lock_comparing import Configured, unlike_configuration, unlike_now
from installer.registries.specs import Source as Spelt
from tests.tables import table

CASES = table(Path(__file__).with_name("lock_texts.yaml"))
HASH = "sha512-" + "A" * 86 + "=="
OTHER = "sha256-" + "B" * 42 + "A="
DIGEST = "sha256:" + "0" * 64
LOCKED = (
    Locked("@acme/p@1.10.0", "@acme/p", "npm", "1.10.0", "https://npm.example.com/p-1.10.0.tgz", HASH, None, "valid"),
    Locked("oci://example.com/i:1.0!p", "p", "oci", "1.0", f"oci://example.com/i@{DIGEST}!p", digest=DIGEST),
    Locked("./dynamic-plugins/dist/mine", "mine", "local", reason="it is part of RHDH's image or a volume"),
    Locked("github:acme/plugin#main", "plugin", "git", integrity=OTHER, reason='it says "yes": no\n- a: #b'),
    Locked("@acme/q", "@acme/q", "npm", "2.0.0", reason="no"),
)


def placeless(lock):
    return [(one.package, one.version, one.integrity, one.digest, one.signature, one.reason) for one in lock.plugins]


def broken(text):
    with pytest.raises(InstallerError) as caught:
        lock_text.read(text, "some/rhdh-plugins.lock.yaml")
    (problem,) = caught.value.problems
    return problem


def test_back_and_forth():
    text = lock_text.written(lock_of(list(LOCKED)))
    again = lock_text.read(text, "f")
    assert placeless(again) == placeless(lock_of(list(LOCKED)))
    assert lock_text.written(again) == text
    assert text.endswith("\n")
    assert yaml.safe_load(text)["schemaVersion"] == 1
    assert lock_text.read(lock_text.written(Lock(())), "f") == Lock(())


def test_one_order_whatever_the_order_of_the_configuration():
    texts = set()
    for seed in range(20):
        shuffled = list(LOCKED)
        random.Random(seed).shuffle(shuffled)  # noqa: S311
        texts.add(lock_text.written(lock_of(shuffled)))
    assert len(texts) == 1


def test_every_plugin_knows_its_place():
    found = lock_text.read(lock_text.written(lock_of(list(LOCKED))), "f")
    lines = lock_text.written(found).splitlines()
    assert all(one.package.rpartition("/")[2] in lines[one.where.line - 1] for one in found.plugins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_no_lock(case):
    problem = broken(case["text"])
    assert (problem.exit, problem.code) == (ExitCode.INVALID, "lock-broken")
    assert problem.where == Place("some/rhdh-plugins.lock.yaml", *case["at"])
    assert case["says"] in problem.message


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "a" * (5 << 20), "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [" + "*b," * 100_000 + "]", "\0"],
    ids=["deep", "large", "bomb", "binary"],
)
def test_bounded(text):
    assert broken(text).exit is ExitCode.INVALID


def test_the_kinds_of_sources_are_those_of_packages():
    assert get_args(Source) == get_args(Spelt)


# -- comparing


def configured(*changes):
    by_package = {one.package: Configured(one.package, one.name, one.integrity, Place("d", 1)) for one in LOCKED}
    for package, change in changes:
        by_package.pop(package, None)
        if change is not None:
            by_package[change.package] = change
    return by_package.values()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((), []),
        ([("@acme/q", None)], ["@acme/q is locked, and not on"]),
        ([("", Configured("./new", "new"))], ["./new is not locked"]),
        (
            [("@acme/p@1.10.0", Configured("@acme/p@1.11.0", "@acme/p", HASH))],
            ["the configuration has @acme/p@1.11.0, the lock @acme/p@1.10.0"],
        ),
        ([("@acme/p@1.10.0", Configured("@acme/p@1.10.0", "@acme/p", OTHER))], [f"has the integrity {OTHER}"]),
        ([("@acme/p@1.10.0", Configured("@acme/p@1.10.0", "@acme/p"))], []),
        (
            [("@acme/q", None), ("./dynamic-plugins/dist/mine", None), ("", Configured("./new", "new"))],
            ["./new is not locked", "mine is locked, and not on", "@acme/q is locked, and not on"],
        ),
    ],
)
def test_configuration_and_lock(changes, said):
    problems = unlike_configuration(lock_of(list(LOCKED)), configured(*changes))
    assert len(problems) == len(said)
    assert {one.exit for one in problems} <= {ExitCode.FINDINGS}
    assert all(words in problem.message for problem, words in zip(problems, said, strict=True))


@pytest.mark.parametrize(
    ("locked", "held"),
    [
        (Locked("a@1.0.0", "a", "npm", "1.0.0"), True),
        (Locked("a@1.0.0", "a", "npm", "1.0.1"), False),
        (Locked("a@1.0.0-rc.1", "a", "npm", "1.0.0"), False),
        (Locked("a@^1.0.0", "a", "npm", "1.0.1"), True),
        (Locked("a", "a", "npm", "1.0.1"), True),
        (Locked("a@next", "a", "npm", "1.0.1"), True),
        (Locked("https://r/@a/b/-/b-1.0.0.tgz", "@a/b", "tgz", "1.0.0"), True),
        (Locked("https://r/@a/b/-/b-1.0.0.tgz", "@a/b", "tgz", "1.0.1"), False),
        (Locked("oci://h/i:1.0!p", "p", "oci", "1.0", digest=DIGEST), True),
        (Locked("oci://h/i:1.0!p", "p", "oci", "1.1", digest=DIGEST), False),
        (Locked(f"oci://h/i@{DIGEST}!p", "p", "oci", digest=DIGEST), True),
        (Locked(f"oci://h/i@{DIGEST}!p", "p", "oci", digest="sha256:" + "1" * 64), False),
        (Locked("oci://h/i:{{inherit}}!p", "p", "oci", digest=DIGEST), True),
        (Locked("./a", "a", "local"), True),
        (Locked("github:a/b#main", "b", "git"), True),
    ],
)
def test_a_lock_that_was_edited(locked, held):
    problems = unlike_configuration(lock_of([locked]), [Configured(locked.package, locked.name)])
    assert (problems == ()) == held


def test_lock_and_registries():
    old = lock_of(list(LOCKED))
    moved = [
        Locked(
            "@acme/p@1.10.0", "@acme/p", "npm", "1.10.0", "https://mirror.example.com/p.tgz", OTHER, None, "invalid"
        ),
        Locked("oci://example.com/i:1.0!p", "p", "oci", "1.0", digest="sha256:" + "1" * 64, signature="valid"),
        Locked("@acme/q", "@acme/q", "npm", "2.1.0", signature="not checked: why"),
        Locked("./not/locked", "locked", "local"),
    ]
    messages = [one.message for one in unlike_now(old, lock_of(moved))]
    assert messages == [
        f"@acme/p@1.10.0: the integrity is {HASH} in the lock, now {OTHER}",
        "@acme/p@1.10.0: the signature was valid when it was locked, now invalid",
        "@acme/q: the version is 2.0.0 in the lock, now 2.1.0",
        f"oci://example.com/i:1.0!p: the digest is {DIGEST} in the lock, now sha256:{'1' * 64}",
    ]
    assert unlike_now(old, old) == ()
