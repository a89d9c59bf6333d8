"""Default DB password."""

from collections.abc import Iterator

from installer.audit.about_platform import databases
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM, SECRET, WORKFLOW
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    used = {(one.owner.namespace, one.secret, one.password_key) for one in databases(snapshot)}
    untold = []
    for namespace, name, key in sorted(used):
        found = snapshot.named(SECRET, name, namespace)
        if found is not None and found.secret is not None:
            untold += [name] if key in found.secret.unknown else []
            if key in found.secret.defaults:
                yield Found(found.at(), f"{key} is a password that everybody knows", "a random password", key=key)
    if untold:
        raise Skip(f"the values of Secret {', '.join(untold)} were taken out")


RULE = Rule(
    module=__name__,
    title="Default DB password",
    severity="high",
    profiles=SECURITY,
    reads=(PLATFORM, SECRET),
    also=(WORKFLOW,),
    wrong="The password of the Orchestrator's database is one of those that samples use.",
    why="Every pod that reaches the database can read and change all runs of workflows, and what they were given.",
    fix="Set a random password in the database and in the Secret, then restart the services that use it.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",),
    check=check,
)
