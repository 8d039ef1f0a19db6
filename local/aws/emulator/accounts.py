"""Several accounts in one emulator: whose access key it is, and who may assume a role.

moto keeps a backend for each account and Region: an account begins with the first role that is assumed in it. The stack's administrator may
assume any role, as may AWS's own services, which the stack plays with the administrator's keys.
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import get_account_id_from, iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.responses import TokenResponse

# The administrator of an account, whom no policy of the program concerns.
ADMINISTRATOR = "administrator"


def account_of(access_key: str) -> str:
    return get_account_id_from(access_key)


def assumed(access_key: str) -> AssumedRole | None:
    return sts_backends[account_of(access_key)]["aws"].get_assumed_role_from_access_key(access_key)


def role_of(access_key: str) -> str | None:
    """The name of the assumed role, unless it is an administrator's."""
    session = assumed(access_key)
    name = session.role_arn.rsplit("/", 1)[-1] if session else None
    return None if name == ADMINISTRATOR else name


def roles() -> dict[str, str]:
    """The name of the role behind each access key that has been issued."""
    sessions = [one for account in list(sts_backends.values()) for one in account["aws"].assumed_roles]
    return {one.access_key_id: one.role_arn.rsplit("/", 1)[-1] for one in sessions}


def extend() -> None:
    assume_role = TokenResponse.assume_role

    def assume_if_trusted(self: TokenResponse) -> ActionResult:
        caller = assumed(self.get_access_key())
        arn = self._get_param("RoleArn")
        if caller and not is_trusted(caller.role_arn, arn, self._get_param("ExternalId")):
            raise STSClientError(
                "AccessDenied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
            )
        return assume_role(self)

    TokenResponse.assume_role = assume_if_trusted


def is_trusted(caller: str, arn: str, external_id: str | None) -> bool:
    try:
        role = iam_backends[arn.split(":")[4]]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return False
    document = json.loads(unquote(role.assume_role_policy_document))
    return any(trusts(statement, caller, external_id) for statement in listed(document["Statement"]))


def trusts(statement: dict[str, Any], caller: str, external_id: str | None) -> bool:
    root = ":".join([*caller.split(":")[:5], "root"])
    named = listed(statement.get("Principal", {}).get("AWS", []))
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    return (
        statement["Effect"] == "Allow"
        and any(one in (caller, root) for one in named)
        and (wanted is None or external_id in listed(wanted))
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
