"""The kinds that the rules of a profile declare, told without loading a rule. Says nothing of what they are for.

A cluster is asked for them while the rules are loaded, which takes as long; tests/audit/test_profile_kinds.py holds
this to what the rules declare.
"""

from installer.audit import kinds
from installer.audit.kinds import Kind
from installer.audit.profiles import Profile

# What finding RHDH takes, whatever the rules are.
OF_FINDING = (kinds.BACKSTAGE, kinds.DEPLOYMENT, kinds.CONFIG_MAP, kinds.SECRET)
# Kinds by which a dump is sorted, or which commands need rights for.
_OF_NO_RULE = frozenset(
    {
        *(kinds.NODE, kinds.RESOURCE_QUOTA, kinds.INGRESS, kinds.AUTOSCALER, kinds.ROLE, kinds.ROLE_BINDING),
        *(kinds.CLUSTER_ROLE, kinds.PROXY, kinds.TRIGGER, kinds.BUILD),
        *(kinds.HELM_RELEASE, kinds.EXTERNAL_SECRET, kinds.SEALED_SECRET),
    }
)
_OF_PRODUCTION = frozenset({kinds.LIMIT_RANGE, kinds.BROKER})
_DECLARED = frozenset(one for one in vars(kinds).values() if isinstance(one, Kind)) - _OF_NO_RULE


def kinds_of_profile(profile: Profile) -> frozenset[Kind] | None:
    """Every kind that a rule of the profile declares; None where only the rules themselves tell."""
    match profile:
        case "production" | "all":
            return _DECLARED
        case "install" | "upgrade" | "dev":
            return _DECLARED - _OF_PRODUCTION
        case "security":
            return None
