"""Images as in EC2: Amazon's public images with their dates, tags on snapshots, demand for IMDSv2, and disabled images.

Disabled images are listed only on request and never launched. Deregistered ones have no tags.
"""

from datetime import datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.ec2.exceptions import UnvailableAMIIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.utils import random_ami_id


def extend() -> None:
    create_image = AmiBackend.create_image
    describe_images = AmisResponse.describe_images
    disable_image = AmiBackend.disable_image
    deregister_image = AmisResponse.deregister_image
    modify_image_attribute = AmisResponse.modify_image_attribute
    register_image = AmiBackend.register_image
    run_instances = InstanceBackend.run_instances
    parse_mappings = InstanceResponse._parse_block_device_mapping

    def create_tagging_snapshots(
        self: AmiBackend, instance_id: str, name: str, description: str, tag_specifications: list[dict[str, Any]]
    ) -> Ami:
        rest = [one for one in tag_specifications if one["ResourceType"] != "snapshot"]
        image = create_image(self, instance_id, name, description, rest)
        image.root_device_type = "ebs"
        for one in tag_specifications:
            if one["ResourceType"] == "snapshot":
                image.ebs_snapshot.add_tags({tag["Key"]: tag["Value"] for tag in one["Tags"]})
        return image

    def register_windows(self: AmiBackend, *values: Any, **more: Any) -> Ami:
        image = register_image(self, *values, **more)
        image.platform, image.root_device_type = "windows", "ebs"
        return image

    def describe_without_disabled(self: AmisResponse) -> ActionResult:
        answer = describe_images(self)
        if self._get_param("IncludeDisabled", False):
            return answer
        return ActionResult({"Images": [image for image in answer.result["Images"] if image.state != "disabled"]})

    def modify_with_imds_support(self: AmisResponse) -> ActionResult:
        answer = modify_image_attribute(self)
        if support := self._get_param("ImdsSupport"):
            # DescribeImages shows it. It cannot be taken back (EC2 user guide, "Configure the AMI").
            self.ec2_backend.amis[self._get_param("ImageId")].imds_support = support["Value"]
        return answer

    def disable_for_all_accounts(self: AmiBackend, ami_id: str) -> None:
        disable_image(self, ami_id)
        self.amis[ami_id].launch_permissions.clear()

    def run_available(self: InstanceBackend, image_id: str, *values: Any, **more: Any) -> Any:
        image = self.amis.get(image_id)
        if image_id in self.deleted_amis or (image and image.state != "available"):
            raise UnvailableAMIIdError(image_id)
        return run_instances(self, image_id, *values, **more)

    def parse_with_sizes(self: InstanceResponse) -> list[dict[str, Any]]:
        # A device without a size has the size of the image.
        image = self.ec2_backend.amis.get(self._get_param("ImageId"))
        for mapping in self._get_param("BlockDeviceMappings", []):
            if image and "Ebs" in mapping and "SnapshotId" not in mapping["Ebs"]:
                mapping["Ebs"].setdefault("VolumeSize", int(image.ebs_snapshot.volume.size))
        return parse_mappings(self)

    def deregister_with_tags_and_snapshots(self: AmisResponse) -> ActionResult:
        image = self.ec2_backend.amis.get(self._get_param("ImageId"))
        answer = deregister_image(self)
        self.ec2_backend.tags.pop(self._get_param("ImageId"), None)
        if self._get_param("DeleteAssociatedSnapshots", False) and image:
            snapshot = self.ec2_backend.delete_snapshot(image.ebs_snapshot.id)
            answer.result["DeleteSnapshotResults"] = [{"SnapshotId": snapshot.id, "ReturnCode": "success"}]
        return answer

    AmiBackend.create_image = create_tagging_snapshots
    AmiBackend.disable_image = disable_for_all_accounts
    AmiBackend.register_image = register_windows
    AmisResponse.describe_images = describe_without_disabled
    AmisResponse.modify_image_attribute = modify_with_imds_support
    AmisResponse.deregister_image = deregister_with_tags_and_snapshots
    InstanceBackend.run_instances = run_available
    InstanceResponse._parse_block_device_mapping = parse_with_sizes


def add_public(region: str, name: str, owner: str, creationDate: str) -> str:
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    image = Ami(
        backend,
        random_ami_id(),
        name=name,
        description=name,
        owner_id=owner,
        owner_alias="amazon",
        # The account's own images are not public.
        public=owner != DEFAULT_ACCOUNT_ID,
        virtualization_type="hvm",
        architecture="x86_64",
        platform="windows",
        hypervisor="xen",
        image_location=f"amazon/{name}",
        root_device_type="ebs",
        creation_date=datetime.fromisoformat(creationDate),
    )
    backend.amis[image.id] = image
    return image.id
