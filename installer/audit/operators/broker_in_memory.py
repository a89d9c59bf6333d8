"""In-memory broker."""

from collections.abc import Iterator

from installer.audit.about_platform import brokers
from installer.audit.finding import Found
from installer.audit.kinds import BROKER, CONFIG_MAP, PLATFORM
from installer.audit.object import Object, dig, text
from installer.audit.profiles import PRODUCTION
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

CLASS = "eventing.knative.dev/broker.class"
CHANNELS = "MTChannelBasedBroker"  # made of channels: as durable as these are
IN_MEMORY = "InMemoryChannel"
TEMPLATE = "channel-template-spec"
# The ConfigMaps that Knative brings; what they say may be changed, so they count only where they were not read.
USUAL = ("config-br-default-channel", "imc-channel")


def check(snapshot: Snapshot) -> Iterator[Found]:
    used = {address for one in snapshot.of(PLATFORM) for address in brokers(one)}
    for one in snapshot.of(BROKER):
        if (one.namespace, one.name) in used and one.annotations.get(CLASS) == CHANNELS:
            channel = _channel(snapshot, one)
            if channel == IN_MEMORY:
                spot = one.at("metadata", "annotations", CLASS)
                yield Found(spot, f"{CHANNELS} on {channel}", "a broker of the class Kafka, or on a Kafka channel")


def _channel(snapshot: Snapshot, broker: Object) -> str:
    """The kind of channel that its ConfigMap names; empty where that cannot be told."""
    name = broker.text("spec", "config", "name") or USUAL[0]
    namespace = broker.text("spec", "config", "namespace") or "knative-eventing"
    found = snapshot.named(CONFIG_MAP, name, namespace) if snapshot.is_read(CONFIG_MAP) else None
    written = found.written(TEMPLATE) if found is not None else None
    if written is not None:
        return text(dig(written.data, "kind"))
    return IN_MEMORY if name in USUAL else ""


RULE = Rule(
    module=__name__,
    title="In-memory broker",
    severity="high",
    profiles=PRODUCTION,
    reads=(PLATFORM, BROKER),
    also=(CONFIG_MAP,),
    wrong="The broker of a platform keeps its events in memory.",
    why="When the channel's pod is restarted, events on their way are lost: runs stay as they were, no timer fires.",
    fix="Make a Broker of the class Kafka (with KnativeKafka), and name it in the platform; classes stay.",
    sources=(
        "https://knative.dev/docs/eventing/brokers/broker-types/channel-based-broker/",
        "https://knative.dev/docs/eventing/configuration/broker-configuration/",
    ),
    check=check,
)
