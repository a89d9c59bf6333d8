"""What an audit is for; each rule says in which profiles it speaks. Judges nothing."""

from typing import Literal, get_args

Profile = Literal["install", "upgrade", "dev", "production", "security", "all"]
PROFILES: tuple[Profile, ...] = get_args(Profile)

# What nearly every rule says of itself.
GENERAL: frozenset[Profile] = frozenset({"install", "upgrade", "dev", "production", "all"})
# What would also be asked by somebody who looks for holes only.
SECURITY: frozenset[Profile] = GENERAL | {"security"}
# What is in order on a portal that is tried out, and not on one that people depend on.
PRODUCTION: frozenset[Profile] = frozenset({"production", "all"})
# The same, where it is a hole.
PRODUCTION_SECURITY: frozenset[Profile] = PRODUCTION | {"security"}
# What a developer's own cluster may well have: localhost, one replica, no limits.
NOT_DEV: frozenset[Profile] = GENERAL - {"dev"}
