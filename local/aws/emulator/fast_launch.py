"""EC2 Fast Launch, which moto lacks: its states, which the stack's clock moves on, its quota and its events.

No instance is started and no snapshot is made. A test or story makes the next attempt fail (`fail_next`) or sets a state.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.responses.amis import AmisResponse
from moto.events.models import events_backends

# EC2 gives an instance 30 minutes to become a snapshot (EC2 user guide, "EC2 Fast Launch for Windows").
ENABLING = timedelta(minutes=30)
DISABLING = timedelta(minutes=10)
LEAST_PARALLEL = 6
QUOTA = 40
PAGE = 200
USER = "Client.UserInitiated"
NEXT = {"enabling": ("enabled", ENABLING), "disabling": (None, DISABLING)}


@dataclass
class FastLaunch:
    image: str
    max_parallel: int
    target: int
    template: dict[str, str]
    state: str = ""
    reason: str = USER
    at: datetime = field(default_factory=utcnow)


@dataclass
class Store:
    images: dict[str, FastLaunch] = field(default_factory=dict)
    # Why the next attempts fail, by the state in which they fail.
    failures: dict[str, list[str]] = field(default_factory=dict)


stores: dict[tuple[str, str], Store] = {}


def extend() -> None:
    AmisResponse.enable_fast_launch = enable
    AmisResponse.disable_fast_launch = disable
    AmisResponse.describe_fast_launch_images = describe


def enable(self: AmisResponse) -> ActionResult:
    backend = self.ec2_backend
    image = self._get_param("ImageId")
    if image not in backend.amis or backend.amis[image].state != "available":
        raise InvalidAMIIdError(image)
    store = store_of(backend)
    if (shown := store.images.get(image)) and shown.state.startswith("disabling"):
        raise EC2ClientError("InvalidRequest", f"Fast Launch of {image} is {shown.state}.")
    most = int(self._get_param("MaxParallelLaunches") or LEAST_PARALLEL)
    if most < LEAST_PARALLEL:
        raise EC2ClientError("InvalidParameterValue", f"MaxParallelLaunches must be {LEAST_PARALLEL} or greater.")
    if most + sum(one.max_parallel for one in store.images.values() if one.image != image) > QUOTA:
        raise EC2ClientError("ResourceLimitExceeded", f"At most {QUOTA} parallel launches.")
    target = int((self._get_param("SnapshotConfiguration") or {}).get("TargetResourceCount", 5))
    template = template_of(backend, self._get_param("LaunchTemplate") or {})
    store.images[image] = FastLaunch(image, most, target, template)
    return ActionResult(shown_as(backend, move(backend, store.images[image], "enabling", USER)))


def template_of(backend: EC2Backend, asked: dict[str, str]) -> dict[str, str]:
    if not asked:
        return {}
    if ("LaunchTemplateId" in asked) == ("LaunchTemplateName" in asked) or "Version" not in asked:
        raise EC2ClientError("InvalidParameterCombination", "Either an ID or a name, with a version.")
    template = (
        backend.get_launch_template(asked["LaunchTemplateId"])
        if "LaunchTemplateId" in asked
        else backend.get_launch_template_by_name(asked["LaunchTemplateName"])
    )
    data = template.get_version(asked["Version"]).data
    if data.get("UserData") or data.get("InstanceMarketOptions") or data.get("DisableApiTermination"):
        raise EC2ClientError("InvalidParameterValue", "The launch template has what Fast Launch does not support.")
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": asked["Version"]}


def disable(self: AmisResponse) -> ActionResult:
    store = store_of(self.ec2_backend)
    image = self._get_param("ImageId")
    if image not in store.images:
        raise EC2ClientError("InvalidRequest", f"Fast Launch of {image} is not enabled.")
    if self._get_param("Force", False):
        store.failures.pop("disabling-failed", None)
    return ActionResult(shown_as(self.ec2_backend, move(self.ec2_backend, store.images[image], "disabling", USER)))


def describe(self: AmisResponse) -> ActionResult:
    wanted = self._get_param("ImageIds", [])
    filters = self._filters_from_querystring()
    found = [
        shown_as(self.ec2_backend, one)
        for one in store_of(self.ec2_backend).images.values()
        if (not wanted or one.image in wanted)
        and one.state in filters.get("state", [one.state])
        and self.ec2_backend.account_id in filters.get("owner-id", [self.ec2_backend.account_id])
    ]
    first = int(self._get_param("NextToken") or 0)
    last = first + int(self._get_param("MaxResults") or PAGE)
    return ActionResult({"FastLaunchImages": found[first:last], "NextToken": str(last) if last < len(found) else None})


def shown_as(backend: EC2Backend, one: FastLaunch) -> dict[str, Any]:
    return {
        "ImageId": one.image,
        "ResourceType": "snapshot",
        "SnapshotConfiguration": {"TargetResourceCount": one.target},
        "LaunchTemplate": one.template,
        "MaxParallelLaunches": one.max_parallel,
        "OwnerId": backend.account_id,
        "State": one.state,
        "StateTransitionReason": one.reason,
        "StateTransitionTime": one.at,
    }


def advance() -> None:
    """Moves on what the clock has passed, in every account and Region. Called before every request."""
    for (account, region), store in list(stores.items()):
        for one in list(store.images.values()):
            move_on(ec2_backends[account][region], store, one)


def move_on(backend: EC2Backend, store: Store, one: FastLaunch) -> None:
    following, after = NEXT.get(one.state, (one.state, None))
    if after is None or utcnow() - one.at < after:
        return
    failed = f"{one.state}-failed"
    if reasons := store.failures.get(failed):
        move(backend, one, failed, reasons.pop(0))
    elif following is None:
        move(backend, one, "disabled", USER)
        del store.images[one.image]
    else:
        move(backend, one, following, USER)


def fail_next(region: str, state: str, reason: str) -> None:
    """The next attempt ends in this state, `enabling-failed` or `disabling-failed`, with this reason."""
    store_of(ec2_backends[DEFAULT_ACCOUNT_ID][region]).failures.setdefault(state, []).append(reason)


def set_state(region: str, image: str, state: str, reason: str) -> None:
    """What EC2 shows of the image from now on. An image that it did not show gets the least."""
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    one = store_of(backend).images.setdefault(image, FastLaunch(image, LEAST_PARALLEL, 5, {}))
    move(backend, one, state, reason)


def move(backend: EC2Backend, one: FastLaunch, state: str, reason: str) -> FastLaunch:
    one.state, one.reason, one.at = state, reason, utcnow()
    events_backends[backend.account_id][backend.region_name].put_events(
        [
            {
                "Source": "aws.ec2",
                "DetailType": "EC2 Fast Launch State-change Notification",
                "Resources": [f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:image/{one.image}"],
                "Detail": json.dumps(
                    {
                        "imageId": one.image,
                        "resourceType": "snapshot",
                        "state": state,
                        "stateTransitionReason": reason,
                    }
                ),
            }
        ]
    )
    return one


def store_of(backend: EC2Backend) -> Store:
    return stores.setdefault((backend.account_id, backend.region_name), Store())
