"""GetConsoleOutput as EC2 answers it: the output of the machine's serial port instead of moto's sample text."""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.responses.general import General
from moto.ec2.utils import Base64EncodedString


def extend() -> None:
    def get_console_output(self: General) -> ActionResult:
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        output = Base64EncodedString.from_raw_string(getattr(instance, "stack_console", ""))
        return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), "Output": output})

    General.get_console_output = get_console_output


def put(region: str, instance: str, text: str) -> None:
    ec2_backends[DEFAULT_ACCOUNT_ID][region].get_instance(instance).stack_console = text
