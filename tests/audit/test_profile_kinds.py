"""What a profile is said to read is what its rules declare."""

from typing import get_args

import pytest

from installer.audit.profile_kinds import kinds_of_profile
from installer.audit.profiles import Profile
from installer.audit.rules import rules
from installer.flow.audit_kinds import kinds_of_rules


@pytest.mark.parametrize("profile", get_args(Profile))
def test_it_is_what_the_rules_declare(profile):
    found = kinds_of_profile(profile)
    if profile == "security":  # a handful of rules, and no use in asking early
        assert found is None
        return
    judging = [one for one in rules() if profile == "all" or profile in one.profiles]
    assert found == {*kinds_of_rules(judging)}
