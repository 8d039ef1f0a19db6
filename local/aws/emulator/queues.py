"""Queues that hand out a thousand messages about as fast as AWS does.

moto computes all attributes of a queue, its counts among them, for each message that it hands out: with a thousand
messages, half a second of CPU for ten of them.
"""

from moto.core.utils import unix_time
from moto.sqs.models import Message, SQSBackend


def extend() -> None:
    def is_message_valid_based_on_retention_period(self: SQSBackend, queue_name: str, message: Message) -> bool:
        return self.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000 > unix_time()

    SQSBackend.is_message_valid_based_on_retention_period = is_message_valid_based_on_retention_period
