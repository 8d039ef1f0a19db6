"""The policy of an organization above the account, as many have it: instances start with required metadata tokens only.

AWS's example of such a service control policy denies RunInstances unless `ec2:MetadataHttpTokens` is `required`. The
key is taken from the call here, never from the image's ImdsSupport. It binds every role; the administrator of the stack
is outside of the organization.
"""

from calls import Call
from failures import Failure


def denial(call: Call) -> Failure | None:
    if call.operation != "RunInstances" or call.role is None:
        return None
    options = call.parameters.get("MetadataOptions", {})
    if options.get("HttpTokens") == "required":
        return None
    return Failure(
        code="UnauthorizedOperation",
        message="You are not authorized to perform this operation. User is not authorized to perform: ec2:RunInstances "
        "with an explicit deny in a service control policy.",
        status=403,
    )
