"""What an installation will ask of a cluster, begun before it is needed, while we still load. Judges nothing."""

from collections.abc import Iterator

from installer.cluster.eyes import Eyes, Question
from installer.cluster.kinds import (
    BACKSTAGE,
    CATALOG_SOURCE,
    CONFIG_MAP,
    CSV,
    DEPLOYMENT,
    EVENTING,
    INSTALL_PLAN,
    NAMESPACE,
    NO_COPIES,
    OPERATOR_GROUP,
    PLATFORM,
    SERVING,
    SUBSCRIPTION,
)

_EVERYWHERE = (NAMESPACE, SERVING, EVENTING, PLATFORM, SUBSCRIPTION, OPERATOR_GROUP, CATALOG_SOURCE, INSTALL_PLAN)


def look_ahead(eyes: Eyes, selection: str | None, namespace: str | None) -> None:
    """Begin with the lists that every plan is made of; `selection` and `namespace` as in `live_instance.find`."""
    eyes.ahead(_questions(place_of(selection, namespace)))


def place_of(selection: str | None, namespace: str | None) -> str | None:
    """The namespace that an instance is looked for in; None is all of them."""
    return selection.partition("/")[0] if selection and "/" in selection else namespace


def _questions(inside: str | None) -> Iterator[Question]:
    from installer.flow.live_secrets import question  # noqa: PLC0415 - the first lists are under way meanwhile

    yield Question(BACKSTAGE, inside)
    yield Question(DEPLOYMENT, inside)
    if inside is not None:
        yield question(inside)
        yield Question(CONFIG_MAP, inside)
    yield Question(CSV, labels=NO_COPIES)
    yield from map(Question, _EVERYWHERE)
