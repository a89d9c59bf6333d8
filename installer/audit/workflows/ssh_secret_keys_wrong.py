"""SSH secret keys wrong."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import PIPELINE, SECRET
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot

NAMES = ("github-ssh-credentials", "gitlab-ssh-credentials")
KEYS = ("id_rsa", "known_hosts", "config")
DEPLOYING = "workflow-deployment"


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(SECRET):
        if one.name in NAMES and one.secret is not None:
            lacking = [key for key in KEYS if key not in one.secret.keys or key in one.secret.empty]
            if lacking:
                yield Found(one.at("data"), f"without {', '.join(lacking)}", f"the keys {', '.join(KEYS)}", key="keys")
    pipelines = snapshot.of(PIPELINE) if snapshot.is_read(PIPELINE) else ()
    for namespace in sorted({one.namespace for one in pipelines if one.name == DEPLOYING}):
        if not any(snapshot.exists(SECRET, name, namespace) for name in NAMES):
            told = f"neither {' nor '.join(NAMES)} in {namespace}"
            yield Found(missing(SECRET, namespace, NAMES[0]), told, f"one with {', '.join(KEYS)}", key="missing")


RULE = Rule(
    module=__name__,
    title="SSH secret keys wrong",
    severity="high",
    reads=(SECRET,),
    also=(PIPELINE,),
    wrong="The Secret with which the pipeline writes to the GitOps repository is not there, or lacks a file of ~/.ssh.",
    why="The task git-cli looks for id_rsa, known_hosts and config by name: without one it cannot clone or push.",
    fix="Create the Secret from files of these three names; the private key without a passphrase.",
    sources=("https://www.rhdhorchestrator.io/main/docs/installation/orchestrator/",),
    check=check,
)
