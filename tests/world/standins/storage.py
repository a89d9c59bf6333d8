"""Plays a dynamic provisioner: every claim of the default StorageClass gets a volume. Stores nothing.

Copies what Kubernetes asks of an external provisioner (kubernetes-sigs/sig-storage-lib-external-provisioner): a
PersistentVolume that names its claim, which the real controller manager then binds. Without it no pod with RHDH's
ephemeral volume, and no bundled database, would ever be scheduled.
"""

from collections.abc import Sequence

from tests.world.api import Api, Manifest
from tests.world.standins.controller import Kind

CLAIM: Kind = ("v1", "PersistentVolumeClaim")
PROVISIONER = "world.test/provisioner"
STORAGE_CLASS = "standard"


class Storage:
    watches: Sequence[Kind] = (CLAIM,)

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        return kind == CLAIM and wants_volume(changed)

    def objects(self, api: Api) -> list[Manifest]:
        return [one for one in api.list(*CLAIM) if wants_volume(one)]

    def reconcile(self, api: Api, item: Manifest) -> None:
        api.apply(volume(item))


def wants_volume(claim: Manifest) -> bool:
    pending = claim.get("status", {}).get("phase") == "Pending"
    return pending and claim["spec"].get("storageClassName") == STORAGE_CLASS


def volume(claim: Manifest) -> Manifest:
    metadata, spec = claim["metadata"], claim["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"pvc-{metadata['uid']}"},
        "spec": {
            "capacity": spec["resources"]["requests"],
            "accessModes": spec["accessModes"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": STORAGE_CLASS,
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "hostPath": {"path": "/nowhere"},
        },
    }


def storage_class() -> Manifest:
    """The cluster's default class, with the provisioner above."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": PROVISIONER,
        "volumeBindingMode": "Immediate",
        "reclaimPolicy": "Delete",
    }
