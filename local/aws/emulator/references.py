"""DescribeImageReferences (instances, launch templates and parameters that name an image), and the versions of all launch templates."""

from collections.abc import Iterable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ssm.models import ssm_backends
from moto.ssm.utils import parameter_arn

RESOURCE_TYPES = ("ec2:Instance", "ec2:LaunchTemplate", "ssm:Parameter")
MAX_IMAGES = 10
PAGE = 1000
# "Default: 10", API reference of ResourceTypeOption.
VERSION_DEPTH = 10
# EC2 forgets a terminated instance after about an hour. moto keeps it forever.
TERMINATED_SECONDS = 3600


def extend() -> None:
    terminate = Instance.terminate

    def terminate_and_remember(self: Instance, *values: Any, **more: Any) -> Any:
        self.stack_terminated_at = getattr(self, "stack_terminated_at", utcnow())
        return terminate(self, *values, **more)

    def describe_image_references(self: AmisResponse) -> ActionResult:
        images = self._get_param("ImageIds", [])
        asked = {one["ResourceType"]: one for one in self._get_param("ResourceTypes", [])}
        if not self._get_param("IncludeAllResourceTypes") and not asked:
            raise EC2ClientError("MissingParameter", "Either IncludeAllResourceTypes or ResourceTypes must be specified.")
        if len(images) > MAX_IMAGES:
            raise EC2ClientError("InvalidParameterValue", f"At most {MAX_IMAGES} image IDs can be specified.")
        types = RESOURCE_TYPES if self._get_param("IncludeAllResourceTypes") else tuple(asked)
        found = [
            {"ImageId": image, "ResourceType": kind, "Arn": arn}
            for image in images
            for kind in types
            for arn in REFERENCES.get(kind, lambda *_: [])(self.ec2_backend, image, options_of(asked.get(kind, {})))
        ]
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxResults") or PAGE)
        return ActionResult(
            {"ImageReferences": found[first:last], "NextToken": str(last) if last < len(found) else None}
        )

    one_template = LaunchTemplates.describe_launch_template_versions

    def describe_launch_template_versions(self: LaunchTemplates) -> ActionResult:
        if self._get_param("LaunchTemplateId") or self._get_param("LaunchTemplateName"):
            return one_template(self)
        versions = self._get_param("Versions", [])
        if not versions or not set(versions) <= {"$Latest", "$Default"}:
            raise EC2ClientError("MissingParameter", "Without a launch template only $Latest and $Default can be asked for.")
        images = self._filters_from_querystring().get("image-id")
        found = [
            {
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "VersionNumber": version.number,
                "DefaultVersion": template.is_default(version),
                "LaunchTemplateData": version.data,
            }
            for template in self.ec2_backend.launch_templates.values()
            for version in wanted_versions(template, versions)
            if images is None or version.image_id in images
        ]
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxResults") or PAGE)
        return ActionResult(
            {"LaunchTemplateVersions": found[first:last], "NextToken": str(last) if last < len(found) else None}
        )

    LaunchTemplates.describe_launch_template_versions = describe_launch_template_versions
    Instance.terminate = terminate_and_remember
    AmisResponse.describe_image_references = describe_image_references


def options_of(request: dict[str, Any]) -> dict[str, list[str]]:
    return {one["OptionName"]: one["OptionValues"] for one in request.get("ResourceTypeOptions", [])}


def arn_of(backend: EC2Backend, resource: str) -> str:
    return f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:{resource}"


def instances(backend: EC2Backend, image: str, options: dict[str, list[str]]) -> Iterator[str]:
    states = options.get("state-name")
    for reservation in backend.reservations.values():
        for instance in reservation.instances:
            if instance.image_id != image or is_forgotten(instance):
                continue
            if states is None or instance.state in states:
                yield arn_of(backend, f"instance/{instance.id}")


def is_forgotten(instance: Instance) -> bool:
    terminated_at = getattr(instance, "stack_terminated_at", None)
    return terminated_at is not None and (utcnow() - terminated_at).total_seconds() > TERMINATED_SECONDS


def launch_templates(backend: EC2Backend, image: str, options: dict[str, list[str]]) -> Iterator[str]:
    depth = int(options.get("version-depth", [VERSION_DEPTH])[0])
    for template in backend.launch_templates.values():
        if any(version.image_id == image for version in template.versions[-depth:]):
            yield arn_of(backend, f"launch-template/{template.id}")


def wanted_versions(template: LaunchTemplate, wanted: list[str]) -> list[LaunchTemplateVersion]:
    numbers = {
        *([template.latest_version_number] if "$Latest" in wanted else []),
        *([template.default_version_number] if "$Default" in wanted else []),
    }
    return [version for version in template.versions if version.number in numbers]


def parameters(backend: EC2Backend, image: str, _: dict[str, list[str]]) -> Iterable[str]:
    store = ssm_backends[backend.account_id][backend.region_name]._parameters
    # A name that was requested but never written has no versions.
    newest = [store[name][-1] for name in list(store) if store[name]]
    return [
        parameter_arn(backend.account_id, backend.region_name, parameter.name)
        for parameter in newest
        if parameter.data_type == "aws:ec2:image"
        and parameter.value == image
        and not parameter.name.startswith("/aws/")
    ]


REFERENCES = {"ec2:Instance": instances, "ec2:LaunchTemplate": launch_templates, "ssm:Parameter": parameters}
