"""One verb on one resource, as RBAC spells them. Asks nobody whether it is given."""

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """A verb on a resource in one namespace; `namespace` empty: in all of them, and of what is in none."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        """As in `patch configmaps`, `get pods/log`, `list subscriptions.operators.coreos.com`."""
        return f"{self.verb} {self.path}.{self.group}" if self.group else f"{self.verb} {self.path}"

    @property
    def path(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource
