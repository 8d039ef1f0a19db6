"""Images that another account of the same Region may start: it sees them, without their tags, until they are shared no more."""

import copy
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.elastic_block_store import ElasticBlockStore


def extend() -> None:
    describe_images = AmiBackend.describe_images
    modify_snapshot_attribute = ElasticBlockStore.modify_snapshot_attribute

    def describe_with_shared(
        self: AmiBackend,
        ami_ids: list[str] | None = None,
        filters: dict[str, Any] | None = None,
        exec_users: list[str] | None = None,
        owners: list[str] | None = None,
    ) -> list[Ami]:
        wanted = ami_ids or (filters or {}).get("image-id", [])
        shared = [] if owners and "self" in owners else [one for one in shared_with(self) if one.id in wanted]
        own = [one for one in ami_ids or [] if one not in {image.id for image in shared}]
        if ami_ids and not own:
            return shared
        return [*describe_images(self, own or None, filters, exec_users, owners), *shared]

    def modify_permissions(self: ElasticBlockStore) -> ActionResult:
        asked = self._get_param("CreateVolumePermission")
        if not asked:
            return modify_snapshot_attribute(self)
        snapshot = self._get_param("SnapshotId")
        add = [one["UserId"] for one in asked.get("Add", [])]
        remove = [one["UserId"] for one in asked.get("Remove", [])]
        if add:
            self.ec2_backend.add_create_volume_permission(snapshot, user_ids=add, groups=[])
        if remove:
            self.ec2_backend.remove_create_volume_permission(snapshot, user_ids=remove, groups=[])
        return EmptyResult()

    AmiBackend.describe_images = describe_with_shared
    ElasticBlockStore.modify_snapshot_attribute = modify_permissions


def shared_with(backend: Any) -> list[Ami]:
    """An image that is disabled is shared with nobody (EC2 API reference, DisableImage)."""
    others = [account for account in list(ec2_backends) if account != backend.account_id]
    images = [image for one in others for image in ec2_backends[one][backend.region_name].amis.values()]
    return [without_tags(image) for image in images if {"UserId": backend.account_id} in image.launch_permissions]


def without_tags(image: Ami) -> Ami:
    """Other accounts see no tags (EC2 user guide, "Tag your Amazon EC2 resources")."""
    shown = copy.copy(image)
    shown.get_tags = lambda: []
    return shown
