"""The tags of the EC2 resources that a call names, the profiles of its instances, and the owners of its images.

Policies are evaluated with the tags at the time of the call.
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends

ID = re.compile(r"(ami|eni|i|key|lt|sg|snap|subnet|vol|vpc)-[0-9a-f]+")


def tags_of(account: str, region: str, parameters: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By ID; for key pairs, by name. Resources without tags are left out, except for the snapshots of images."""
    backend = ec2_backends[account][region]
    named = {one for one in strings(parameters) if ID.fullmatch(one)}
    found = {one: dict(backend.tags[one]) for one in named if one in backend.tags}
    key = backend.key_pairs.get(parameters.get("KeyName"))
    if key:
        found[key.key_name] = dict(backend.tags[key.id])
    images = [backend.amis[one] for one in named if one in backend.amis]
    snapshots = {image.ebs_snapshot.id for image in images if image.ebs_snapshot}
    return {
        **{one: tags for one, tags in found.items() if tags},
        **{one: dict(backend.tags.get(one, {})) for one in snapshots},
    }


def profiles_of(account: str, region: str, parameters: dict[str, Any]) -> dict[str, str]:
    """ARNs of the instance profiles of the instances that a call names, by ID."""
    associations = ec2_backends[account][region].iam_instance_profile_associations
    named = {one for one in strings(parameters) if one in associations}
    return {one: associations[one].iam_instance_profile.arn for one in named}


def owners_of(parameters: dict[str, Any]) -> dict[str, str]:
    """The accounts that own the images that a call names, by ID, wherever these are."""
    named = {one for one in strings(parameters) if one.startswith("ami-")}
    backends = [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())] if named else []
    return {one: backend.amis[one].owner_id for backend in backends for one in named if one in backend.amis}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)
