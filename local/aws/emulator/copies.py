"""CopyImage as in EC2: called in the destination, by an account that may read the source; the copy takes its time.

moto copies within one account, at once, and knows neither token, key nor tags.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.utils import random_ami_id

COPYING = timedelta(minutes=20)
# AWS documents no number for images. Of snapshots it copies 20 at once (EC2 user guide, "Copy an Amazon EBS snapshot").
AT_ONCE = 20


@dataclass
class Store:
    # The request and the image that it made, by its token.
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    # When the copies that are under way began.
    pending: dict[str, datetime] = field(default_factory=dict)


stores: dict[tuple[str, str], Store] = {}
# Why the next copies fail, wherever they are made.
failures: list[str] = []


def extend() -> None:
    AmisResponse.copy_image = copy_image


def copy_image(self: AmisResponse) -> ActionResult:
    backend = self.ec2_backend
    store = store_of(backend)
    names = ["SourceRegion", "SourceImageId", "Name", "Description", "Encrypted", "KmsKeyId", "TagSpecifications"]
    asked = {name: self._get_param(name) for name in names}
    request = json.dumps(asked, sort_keys=True)
    token = self._get_param("ClientToken")
    if token and token in store.tokens:
        before, image_id = store.tokens[token]
        if before != request:
            raise EC2ClientError("IdempotentParameterMismatch", "The token was used with other parameters.")
        return ActionResult({"ImageId": image_id})
    source = readable_source(backend, asked["SourceRegion"], asked["SourceImageId"])
    if any(image.name == asked["Name"] and image.owner_id == backend.account_id for image in backend.amis.values()):
        raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {asked['Name']} is already in use.")
    if len(store.pending) >= AT_ONCE:
        raise EC2ClientError("ResourceLimitExceeded", f"At most {AT_ONCE} copies at once.")
    image = made_from(backend, source, asked)
    store.pending[image.id] = utcnow()
    if token:
        store.tokens[token] = (request, image.id)
    return ActionResult({"ImageId": image.id})


def readable_source(backend: EC2Backend, region: str, image_id: str) -> Ami:
    """An account may copy what it owns, and what is shared with it together with its snapshots."""
    for owner in list(ec2_backends):
        image = ec2_backends[owner][region].amis.get(image_id)
        if not image or image.state != "available":
            continue
        if owner == backend.account_id:
            return image
        if {"UserId": backend.account_id} not in image.launch_permissions:
            continue
        if backend.account_id not in image.ebs_snapshot.create_volume_permission_userids:
            raise EC2ClientError("InvalidRequest", "You do not have permission to access the storage of this ami")
        return image
    raise InvalidAMIIdError(image_id)


def made_from(backend: EC2Backend, source: Ami, asked: dict[str, Any]) -> Ami:
    image = Ami(
        backend, random_ami_id(), source_ami=source, name=asked["Name"], description=asked["Description"], state="pending"
    )
    image.root_device_type = "ebs"
    image.ebs_snapshot.encrypted = bool(asked["Encrypted"])
    image.ebs_snapshot.kms_key_id = asked["KmsKeyId"]
    for one in asked["TagSpecifications"] or []:
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        (image if one["ResourceType"] == "image" else image.ebs_snapshot).add_tags(tags)
    backend.amis[image.id] = image
    return image


def advance() -> None:
    """Ends the copies whose time has passed on the clock. Called before every request."""
    for (account, region), store in stores.items():
        for image_id, since in list(store.pending.items()):
            image = ec2_backends[account][region].amis.get(image_id)
            if image and utcnow() - since < COPYING:
                continue
            del store.pending[image_id]
            if not image:
                continue
            image.state = "failed" if failures else "available"
            if failures:
                image.state_reason = {"Code": "Client.InternalError", "Message": failures.pop(0)}


def fail_next(reason: str) -> None:
    """The next copy that would be available fails with this reason."""
    failures.append(reason)


def store_of(backend: EC2Backend) -> Store:
    return stores.setdefault((backend.account_id, backend.region_name), Store())
