"""Launch templates as in EC2: versions made from another one, deleted versions, and images that a parameter names."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data
from moto.ssm.models import ssm_backends

ALIAS = "resolve:ssm:"
# "valid values: 1 to 200", API reference of DescribeLaunchTemplateVersions and DeleteLaunchTemplateVersions.
PAGE = 200


def extend() -> None:
    create = LaunchTemplates.create_launch_template_version
    create_version = LaunchTemplate.create_version

    def create_from_source(self: LaunchTemplates) -> ActionResult:
        template = named(self)
        data = self._get_param("LaunchTemplateData", {})
        if "UserData" in data:
            data["UserData"] = parse_user_data(data["UserData"])
        if source := self._get_param("SourceVersion"):
            for name, value in template.get_version(source).data.items():
                data.setdefault(name, value)
        return create(self)

    def create_next_version(self: LaunchTemplate, data: dict[str, Any], description: str) -> LaunchTemplateVersion:
        version = create_version(self, data, description)
        # A number is never used again.
        version.number = self.stack_last = getattr(self, "stack_last", 0) + 1
        return version

    def get_version(self: LaunchTemplate, wanted: Any) -> LaunchTemplateVersion:
        numbers = {"$latest": self.versions[-1].number, "$default": self.default_version_number}
        number = numbers.get(str(wanted).lower(), wanted)
        for version in self.versions:
            if str(version.number) == str(number):
                return version
        raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=wanted)

    def delete_versions(self: LaunchTemplates) -> ActionResult:
        template = named(self)
        self.error_on_dryrun()
        answer: dict[str, list[dict[str, Any]]] = {
            "SuccessfullyDeletedLaunchTemplateVersions": [],
            "UnsuccessfullyDeletedLaunchTemplateVersions": [],
        }
        for number in self._get_param("Versions", []):
            one = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(number)}
            if error := deletion_error(template, int(number)):
                answer["UnsuccessfullyDeletedLaunchTemplateVersions"].append({**one, "ResponseError": error})
                continue
            template.versions[:] = [version for version in template.versions if version.number != int(number)]
            answer["SuccessfullyDeletedLaunchTemplateVersions"].append(one)
        return ActionResult(answer)

    def describe_versions(self: LaunchTemplates) -> ActionResult:
        template = named(self)
        wanted = self._get_param("Versions", [])
        lowest, highest = int(self._get_param("MinVersion") or 0), int(self._get_param("MaxVersion") or 0)
        found = [template.get_version(one) for one in wanted] or [
            one
            for one in reversed(template.versions)
            if one.number >= lowest and (not highest or one.number <= highest)
        ]
        first = int(self._get_param("NextToken") or 0)
        last = first + int(self._get_param("MaxResults") or PAGE)
        resolves = str(self._get_param("ResolveAlias", "")).lower() == "true"
        return ActionResult(
            {
                "LaunchTemplateVersions": [described(self, template, one, resolves) for one in found[first:last]],
                "NextToken": str(last) if last < len(found) else None,
            }
        )

    def default_version(self: LaunchTemplate) -> LaunchTemplateVersion:
        return self.get_version("$Default")

    LaunchTemplate.create_version = create_next_version
    LaunchTemplate.get_version = get_version
    LaunchTemplate.default_version = default_version
    LaunchTemplates.create_launch_template_version = create_from_source
    LaunchTemplates.delete_launch_template_versions = delete_versions
    LaunchTemplates.describe_launch_template_versions = describe_versions


def named(response: LaunchTemplates) -> LaunchTemplate:
    if name := response._get_param("LaunchTemplateName"):
        return response.ec2_backend.get_launch_template_by_name(name)
    return response.ec2_backend.get_launch_template(response._get_param("LaunchTemplateId"))


def deletion_error(template: LaunchTemplate, number: int) -> dict[str, str] | None:
    if number == template.default_version_number:
        # Refused according to the API reference of DeleteLaunchTemplateVersions. It does not name the code.
        return {"Code": "unexpectedError", "Message": "You cannot delete the default version of a launch template."}
    if all(version.number != number for version in template.versions):
        return {
            "Code": "launchTemplateVersionDoesNotExist",
            "Message": f"Could not find launch template version '{number}' for template '{template.id}'.",
        }
    return None


def described(
    response: LaunchTemplates, template: LaunchTemplate, version: LaunchTemplateVersion, resolves: bool
) -> dict[str, Any]:
    image = version.image_id
    resolved = {"ImageId": resolve(response, image)} if resolves and image.startswith(ALIAS) else {}
    return {
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": {**version.data, **resolved},
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }


def resolve(response: LaunchTemplates, image: str) -> str:
    """`resolve:ssm:/name` or `resolve:ssm:/name:3`."""
    parameter = ssm_backends[response.current_account][response.region].get_parameter(image.removeprefix(ALIAS))
    if parameter is None:
        raise EC2ClientError("InvalidParameterValue", f"The parameter of {image} does not exist.")
    return parameter.value
