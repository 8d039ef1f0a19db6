"""Instances that were launched in the past: their stack's time is what the clock has jumped over. No caller of AWS can choose it."""

from datetime import datetime, timezone

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends


def set_time(region: str, instance: str, at: str) -> None:
    launched = ec2_backends[DEFAULT_ACCOUNT_ID][region].get_instance(instance)
    launched.launch_time = datetime.fromisoformat(at).astimezone(timezone.utc).replace(tzinfo=None)
