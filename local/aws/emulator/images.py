"""Images as EC2 has them: public ones of Amazon's with their dates, tags on snapshots, disabled ones left out unless asked for."""

from datetime import datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.utils import random_ami_id


def extend() -> None:
    create_image = AmiBackend.create_image
    describe_images = AmisResponse.describe_images

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

    def describe_without_disabled(self: AmisResponse) -> ActionResult:
        answer = describe_images(self)
        if self._get_param("IncludeDisabled", False):
            return answer
        return ActionResult({"Images": [image for image in answer.result["Images"] if image.state != "disabled"]})

    AmiBackend.create_image = create_tagging_snapshots
    AmisResponse.describe_images = describe_without_disabled


def add_public(region: str, name: str, owner: str, creationDate: str) -> str:
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    image = Ami(
        backend,
        random_ami_id(),
        name=name,
        description=name,
        owner_id=owner,
        owner_alias="amazon",
        public=True,
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
