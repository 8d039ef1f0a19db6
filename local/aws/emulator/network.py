"""A VPC whose private addresses exist on this machine: 127.N.0.0/16, with an N that no other stack uses."""

import random
import socket

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

# The process that listens on this port of 127.N.255.254 owns the block. The system frees it when the process ends.
CLAIM_PORT = 15986
claimed: list[socket.socket] = []


def create(region: str) -> dict[str, str]:
    prefix = claim()
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    vpc = backend.create_vpc(f"{prefix}.0.0/16")
    subnet = backend.create_subnet(vpc.id, f"{prefix}.0.0/18", availability_zone=f"{region}a")
    return {"prefix": prefix, "vpcId": vpc.id, "subnetId": subnet.id}


def claim() -> str:
    failure: OSError | None = None
    for number in random.sample(range(1, 255), 254):
        listener = socket.socket()
        try:
            listener.bind((f"127.{number}.255.254", CLAIM_PORT))
            listener.listen()
            claimed.append(listener)
            return f"127.{number}"
        except OSError as error:
            failure = error
            listener.close()
    raise SystemExit(
        f"no free block 127.N.0.0/16 ({failure}); where only 127.0.0.1 exists, as on macOS, "
        "add addresses first: sudo ifconfig lo0 alias 127.77.255.254 and 127.77.0.4 to 127.77.0.20"
    )
