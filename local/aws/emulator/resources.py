"""Resources as in EC2.

What no longer exists has no tags, a security group stays while an instance is in it, and a terminated instance stays terminated.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses.tags import TagResponse
from references import is_forgotten

# "This value can be between 5 and 1000", API reference of DescribeTags.
PAGE = 1000


def extend() -> None:
    describe_tags = TagResponse.describe_tags
    delete_security_group = SecurityGroupBackend.delete_security_group
    get_filter_value = Ami.get_filter_value
    stop = Instance.stop

    def describe_tags_of_existing(self: TagResponse) -> ActionResult:
        answer = describe_tags(self)
        found = [tag for tag in answer.result["Tags"] if exists(self.ec2_backend, tag["resource_id"])]
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxResults") or PAGE)
        return ActionResult({"Tags": found[first:last], "NextToken": str(last) if last < len(found) else None})

    def delete_unused_security_group(
        self: SecurityGroupBackend, name: str | None = None, group_id: str | None = None
    ) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group and is_used(self, group.id):
            raise EC2ClientError("DependencyViolation", f"resource {group.id} has a dependent object")
        delete_security_group(self, name, group_id)

    def get_filter_value_with_snapshots(self: Ami, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "block-device-mapping.snapshot-id":
            return self.ebs_snapshot.id
        return get_filter_value(self, filter_name, method_name)

    def stop_existing(self: Instance) -> InstanceState:
        if self.state == "terminated":
            raise EC2ClientError(
                "IncorrectInstanceState", f"This instance '{self.id}' is not in a state from which it can be stopped."
            )
        return stop(self)

    Instance.stop = stop_existing
    TagResponse.describe_tags = describe_tags_of_existing
    SecurityGroupBackend.delete_security_group = delete_unused_security_group
    Ami.get_filter_value = get_filter_value_with_snapshots


def exists(backend: EC2Backend, resource: str) -> bool:
    if resource.startswith("i-"):
        instance = backend.get_instance_by_id(resource)
        return instance is not None and not is_forgotten(instance)
    if resource.startswith("key-"):
        return any(key.id == resource for key in backend.key_pairs.values())
    if resource.startswith("sg-"):
        return backend.get_security_group_from_id(resource) is not None
    if resource.startswith("snap-"):
        return resource in backend.snapshots
    return resource in backend.volumes if resource.startswith("vol-") else True


def is_used(backend: EC2Backend, group: str) -> bool:
    return any(
        one.id == group
        for reservation in backend.reservations.values()
        for instance in reservation.instances
        if instance.state != "terminated"
        for interface in instance.nics.values()
        for one in interface.group_set
    )
