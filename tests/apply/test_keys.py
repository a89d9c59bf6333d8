"""What an instance's Lease and journal are called: valid, the same as ever, and never those of another instance."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.apply.journal import label_of
from installer.apply.lease import name_of_lease

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
LONGEST = 253
_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = re.compile(rf"{_PART}(\.{_PART})*")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")

NAMES = (
    *(
        "hub",
        "hub.",
        "my.hub",
        "my-hub",
        "my.hub.example",
        "backstage-hub",
        "rhdh-orchestrator",
        "rhdh-orchestrator-hub",
    ),
    *("a" * length for length in (49, 50, 62, 63, 64, 234, 235, 236, 252, LONGEST)),
    *(f"{'a' * 49}.{end}" for end in ("b" * 20, "c" * 20)),
    *(f"{'a' * 49}-{end}" for end in ("b" * 20, "b" * 200)),
    *(f"{'a.' * 117}{end}" for end in ("bbb", "ccc", "b" * 19)),
)
INSTANCES = tuple(name for name in NAMES if SUBDOMAIN.fullmatch(name))


@pytest.mark.parametrize("name", INSTANCES, ids=lambda name: f"{name[:20]}-{len(name)}")
def test_both_are_names_that_kubernetes_takes(name):
    lease, label = name_of_lease(name), label_of(name)
    assert SUBDOMAIN.fullmatch(lease), lease
    assert len(lease) <= LONGEST
    assert VALUE.fullmatch(label), label


def test_no_two_instances_share_them():
    for one, other in itertools.combinations(INSTANCES, 2):
        assert name_of_lease(one) != name_of_lease(other)
        assert label_of(one) != label_of(other)


@pytest.mark.parametrize(
    ("name", "lease", "label"),
    [
        ("developer-hub", "rhdh-orchestrator-developer-hub", "developer-hub"),
        ("my.hub", "rhdh-orchestrator-my.hub", "my.hub"),
        ("a" * 63, f"rhdh-orchestrator-{'a' * 63}", "a" * 63),
        ("a" * 64, f"rhdh-orchestrator-{'a' * 64}", f"{'a' * 50}-ffe054fe7ae0"),
        ("a" * 235, f"rhdh-orchestrator-{'a' * 235}", f"{'a' * 50}-"),
    ],
)
def test_what_earlier_versions_called_them_stays(name, lease, label):
    assert name_of_lease(name) == lease
    assert label_of(name).startswith(label)


PARTS = st.lists(st.text("ab", min_size=1, max_size=60), min_size=1, max_size=9)
ANY_NAME = st.builds(
    lambda separator, parts: separator.join(parts)[:LONGEST].rstrip(".-"), st.sampled_from(".-"), PARTS
)


@given(st.lists(ANY_NAME, unique=True, max_size=5))
def test_any_names(names):
    assert len(set(map(name_of_lease, names))) == len(names) == len(set(map(label_of, names)))
    for one in names:
        assert SUBDOMAIN.fullmatch(name_of_lease(one))
        assert len(name_of_lease(one)) <= LONGEST
        assert VALUE.fullmatch(label_of(one))
