"""Parameter Store as in AWS: Amazon's own parameters, change events, and images that are validated only after the answer."""

import inspect
import json
import threading
from dataclasses import dataclass
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.events.models import events_backends
from moto.ssm.exceptions import ParameterAlreadyExists
from moto.ssm.models import Parameter, SimpleSystemManagerBackend, ssm_backends
from moto.ssm.utils import parameter_arn

IMAGE = "aws:ec2:image"


@dataclass
class Validation:
    """AWS answers PutParameter first and looks for the image afterwards."""

    # Real time, long enough to expose a writer that does not read back.
    delayMs: int = 300
    # How many of the next writes end as if the image did not exist.
    reject: int = 0
    # While true, no validation ends.
    hold: bool = False
    # How many writes wait for their validation.
    pending: int = 0

    def rejects(self) -> bool:
        rejects = self.reject > 0
        self.reject -= rejects
        return rejects


def put_public(region: str, name: str, value: str) -> None:
    versions = ssm_backends[DEFAULT_ACCOUNT_ID][region]._parameters[name]
    versions.append(
        Parameter(
            account_id=DEFAULT_ACCOUNT_ID,
            name=name,
            value=value,
            parameter_type="String",
            description=None,
            allowed_pattern=None,
            keyid=None,
            last_modified_date=utcnow(),
            version=len(versions) + 1,
            data_type=IMAGE if value.startswith("ami-") else "text",
            tier="Standard",
        )
    )


def visible_image(account_id: str, region: str, image_id: str) -> Any:
    """Finds an image of the account, or one that another account shares with it."""
    for owner in {account_id, *ec2_backends}:
        image = ec2_backends[owner][region].amis.get(image_id)
        if image and (owner == account_id or {"UserId": account_id} in image.launch_permissions):
            return image
    return None


def extend(lock: threading.RLock) -> Validation:
    validation = Validation()
    put_parameter = SimpleSystemManagerBackend.put_parameter
    delete_parameter = SimpleSystemManagerBackend.delete_parameter
    delete_parameters = SimpleSystemManagerBackend.delete_parameters

    def put(self: SimpleSystemManagerBackend, *values: Any, **more: Any) -> Parameter:
        given = inspect.signature(put_parameter).bind(self, *values, **more).arguments
        given.pop("self")
        name = given["name"]
        if given.get("data_type") != IMAGE:
            operation = "Update" if name in self._parameters else "Create"
            written = put_parameter(self, **given)
            announce(self, operation, written)
            return written
        operation, accepted = rehearse(self, given)
        work = (self, operation, accepted, given, validation.rejects())
        validation.pending += 1
        threading.Timer(validation.delayMs / 1000, validate_unless_held, work).start()
        return accepted

    def rehearse(self: SimpleSystemManagerBackend, given: dict[str, Any]) -> tuple[str, Parameter]:
        """Lets PutParameter refuse what it refuses at once, without leaving anything written."""
        name = given["name"]
        before = list(self._parameters[name]) if name in self._parameters else []
        try:
            return ("Update" if before else "Create"), put_parameter(self, **given)
        finally:
            if before:
                self._parameters[name][:] = before
            else:
                self._parameters.pop(name, None)
                self._resource_tags["Parameter"].pop(name, None)

    def validate_unless_held(*work: Any) -> None:
        if validation.hold:
            threading.Timer(0.02, validate_unless_held, work).start()
        else:
            validate(*work)

    def validate(
        self: SimpleSystemManagerBackend, operation: str, accepted: Parameter, given: dict[str, Any], rejected: bool
    ) -> None:
        with lock:
            validation.pending -= 1
            image = visible_image(self.account_id, self.region_name, given["value"])
            if rejected or image is None or image.state != "available":
                announce(self, operation, accepted, exception="Unable to Describe Resource")
                return
            try:
                written = put_parameter(self, **given)
            except ParameterAlreadyExists:
                # Another first write was validated while this one waited.
                announce(self, operation, accepted, exception="ParameterAlreadyExists")
                return
            announce(self, operation, written)

    def delete(self: SimpleSystemManagerBackend, name: str) -> None:
        last = self._parameters[name][-1] if name in self._parameters else None
        delete_parameter(self, name)
        if last:
            announce(self, "Delete", last)

    def delete_several(self: SimpleSystemManagerBackend, names: list[str]) -> list[str]:
        last = {name: self._parameters[name][-1] for name in names if name in self._parameters}
        deleted = delete_parameters(self, names)
        for name in deleted:
            announce(self, "Delete", last[name])
        return deleted

    SimpleSystemManagerBackend.put_parameter = put
    SimpleSystemManagerBackend.delete_parameter = delete
    SimpleSystemManagerBackend.delete_parameters = delete_several
    return validation


def announce(
    backend: SimpleSystemManagerBackend, operation: str, parameter: Parameter, exception: str | None = None
) -> None:
    detail = {"operation": operation, "name": parameter.name, "type": parameter.parameter_type}
    if parameter.data_type == IMAGE:
        detail["dataType"] = IMAGE
    if parameter.description:
        detail["description"] = parameter.description
    if exception:
        detail["exception"] = exception
    events_backends[backend.account_id][backend.region_name].put_events(
        [
            {
                "Source": "aws.ssm",
                "DetailType": "Parameter Store Change",
                "Resources": [parameter_arn(backend.account_id, backend.region_name, parameter.name)],
                "Detail": json.dumps(detail),
            }
        ]
    )
