"""Whether NetworkPolicies let a connection through, as the API defines it. Knows no plugin of a network.

Three answers: allowed, denied, and unknown where it hangs on labels or addresses that were not read.
https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from installer.audit.object import Object, dig, items, mapping, mappings, number, strings, text
from installer.model.dataclass import dataclass

Answer = bool | None  # None: it cannot be told
Direction = Literal["ingress", "egress"]
NAME_LABEL = "kubernetes.io/metadata.name"  # which every namespace has, with its name


@dataclass(frozen=True)
class Pods:
    """One end of a connection: pods of a namespace with these labels (None: not known), or an address elsewhere.

    `namespace_labels` None means that the Namespace was not read. `ports` are the named ports of its containers.
    An empty namespace is none of the cluster: then only `ip` counts.
    """

    namespace: str
    labels: Mapping[str, str] | None = field(default_factory=dict)
    namespace_labels: Mapping[str, str] | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    ip: str | None = None


@dataclass(frozen=True)
class Decision:
    """`direction` and `policies` say who isolates the pods, where the connection is denied or that cannot be told."""

    allowed: Answer
    direction: Direction | None = None
    policies: tuple[Object, ...] = ()


@dataclass(frozen=True)
class _Connection:
    source: Pods
    target: Pods
    port: int
    protocol: str


def connects(policies: Iterable[Object], source: Pods, target: Pods, port: int, protocol: str = "TCP") -> Decision:
    """Whether pods may open a connection: out of their own namespace, and into the other.

    :param port: the port of the target's pods, which is not always that of its Service
    """
    listed = list(policies)
    connection = _Connection(source, target, port, protocol)
    leaving = _one_way(listed, connection, "egress")
    entering = _one_way(listed, connection, "ingress")
    return next((one for wanted in (False, None) for one in (entering, leaving) if one.allowed is wanted), entering)


def isolates(policy: Object, pods: Pods, direction: Direction) -> Answer:
    """Whether a policy is about these pods in that direction: what it does not allow is denied then."""
    if not pods.namespace or policy.namespace != pods.namespace or direction not in _types(policy):
        return False
    return selects(policy.get("spec", "podSelector"), pods.labels)


def _types(policy: Object) -> set[str]:
    """Without policyTypes a policy is about ingress, and about egress where it has a rule for it."""
    said = {one.lower() for one in strings(policy.get("spec", "policyTypes"))}
    return said or {"ingress", *(["egress"] if policy.items("spec", "egress") else [])}


def _one_way(policies: list[Object], connection: _Connection, direction: Direction) -> Decision:
    pods = connection.target if direction == "ingress" else connection.source
    isolating = [(one, answer) for one in policies if (answer := isolates(one, pods, direction)) is not False]
    if not isolating:
        return Decision(True)
    allowed = _any(_allows(one, connection, direction) for one, _ in isolating)
    if allowed is not True and all(answer is None for _, answer in isolating):
        allowed = None  # perhaps none of them is about these pods
    names = tuple(one for one, _ in isolating)
    return Decision(True) if allowed is True else Decision(allowed, direction, names)


def _allows(policy: Object, connection: _Connection, direction: Direction) -> Answer:
    return _any(_rule_allows(policy, rule, connection, direction) for rule in mappings(policy.get("spec", direction)))


def _rule_allows(policy: Object, rule: Mapping[str, Any], connection: _Connection, direction: Direction) -> Answer:
    """A rule without peers is about everybody, one without ports about every port."""
    other = connection.source if direction == "ingress" else connection.target
    peers = items(rule.get("from" if direction == "ingress" else "to"))
    ports = items(rule.get("ports"))
    return _all(
        (
            _any(_is_peer(policy, mapping(one), other) for one in peers) if peers else True,
            any(_is_port(mapping(one), connection) for one in ports) if ports else True,
        )
    )


def _is_peer(policy: Object, peer: Mapping[str, Any], other: Pods) -> Answer:
    if peer.get("ipBlock") is not None:
        return _in_block(mapping(peer["ipBlock"]), other.ip)
    pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
    if (pods is None and namespaces is None) or not other.namespace:
        return False
    home = other.namespace == policy.namespace if namespaces is None else _selects_namespace(namespaces, other)
    return _all((home, True if pods is None else selects(pods, other.labels)))


def _selects_namespace(selector: Any, pods: Pods) -> Answer:
    if pods.namespace_labels is not None:
        return selects(selector, {NAME_LABEL: pods.namespace, **pods.namespace_labels})
    return selects(selector, {NAME_LABEL: pods.namespace}, lambda key: key == NAME_LABEL)


def _in_block(block: Mapping[str, Any], ip: str | None) -> Answer:
    try:
        whole = ip_network(text(block.get("cidr")), strict=False)
        if ip is None:
            return True if whole.prefixlen == 0 and not items(block.get("except")) else None
        address = ip_address(ip)
        excepted = [ip_network(one, strict=False) for one in strings(block.get("except"))]
        return address in whole and not any(address in one for one in excepted)
    except ValueError:
        return False


def _is_port(entry: Mapping[str, Any], connection: _Connection) -> bool:
    if (text(entry.get("protocol")) or "TCP").upper() != connection.protocol:
        return False
    said = entry.get("port")
    if said is None:
        return True
    first = number(said)
    if first is None:
        return connection.target.ports.get(text(said)) == connection.port
    return first <= connection.port <= (number(entry.get("endPort")) or first)


# -- selectors


def selects(
    selector: Any, labels: Mapping[str, str] | None, is_known: Callable[[str], bool] = lambda _: True
) -> Answer:
    """Whether a label selector picks labels; an empty one picks all.

    :param labels: None where they are not known at all
    :param is_known: whether it is known of a label that it is there, or not
    """
    wanted = mapping(selector)
    expressions = [(key, "In", [text(value)]) for key, value in mapping(wanted.get("matchLabels")).items()]
    expressions += [
        (text(one.get("key")), text(one.get("operator")), strings(dig(one, "values")))
        for one in mappings(wanted.get("matchExpressions"))
    ]
    return _all(_fits(*one, labels, is_known) for one in expressions)


def _fits(
    key: str, operator: str, values: list[str], labels: Mapping[str, str] | None, is_known: Callable[[str], bool]
) -> Answer:
    if labels is None or not is_known(key):
        return None
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def _any(answers: Iterable[Answer]) -> Answer:
    listed = list(answers)
    return True if True in listed else None if None in listed else False


def _all(answers: Iterable[Answer]) -> Answer:
    listed = list(answers)
    return False if False in listed else None if None in listed else True
