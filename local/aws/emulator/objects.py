"""Objects in S3 whose time of writing lies in the past. No caller of AWS can choose it."""

from datetime import datetime, timezone

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends


def set_time(bucket: str, key: str, at: str) -> None:
    written = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(bucket, key)
    written.last_modified = datetime.fromisoformat(at).astimezone(timezone.utc).replace(tzinfo=None)
