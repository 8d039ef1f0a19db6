"""EnableImageDeprecation, DisableImageDeprecation, and the deprecation time in DescribeImages."""

from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse

MAX_YEARS = 10


def extend() -> None:
    def enable_image_deprecation(self: AmisResponse) -> ActionResult:
        image = own_image(self)
        at = as_utc(self._get_param("DeprecateAt"))
        now = utcnow().replace(tzinfo=timezone.utc)
        # "You can't specify a date in the past", API reference of EnableImageDeprecation. It does not name the error code.
        if at < now:
            raise EC2ClientError("InvalidParameterValue", f"The date {at.isoformat()} is in the past.")
        if at > now + timedelta(days=366 * MAX_YEARS):
            raise EC2ClientError("InvalidParameterValue", f"The date {at.isoformat()} is more than {MAX_YEARS} years away.")
        # "Amazon EC2 rounds the seconds to the nearest minute", same page.
        rounded = (at + timedelta(seconds=30)).replace(second=0, microsecond=0)
        image.deprecation_time = rounded.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return ActionResult({"Return": True})

    def disable_image_deprecation(self: AmisResponse) -> ActionResult:
        own_image(self).deprecation_time = None
        return ActionResult({"Return": True})

    AmisResponse.enable_image_deprecation = enable_image_deprecation
    AmisResponse.disable_image_deprecation = disable_image_deprecation


def own_image(response: AmisResponse) -> Ami:
    name = response._get_param("ImageId")
    image = response.ec2_backend.amis.get(name)
    if image is None or image.owner_id != response.current_account:
        raise InvalidAMIIdError(name)
    return image


def as_utc(given: Any) -> datetime:
    time = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
