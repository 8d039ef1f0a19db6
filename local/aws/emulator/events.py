"""Records every event that reaches a bus with the rules that matched it, and delivers it complete."""

import copy
import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from moto.events.models import EventsBackend
from moto.events.utils import EventTemplateParser

RecordedEvents = list[dict[str, Any]]


def extend() -> RecordedEvents:
    recorded: RecordedEvents = []
    put_events = EventsBackend.put_events

    def put_and_record(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        recorded.extend(record(self, event) for event in events)
        return put_events(self, events)

    EventsBackend.put_events = put_and_record
    EventTemplateParser.parse = staticmethod(whole_unless_transformed(EventTemplateParser.parse))
    return recorded


def record(backend: EventsBackend, event: dict[str, Any]) -> dict[str, Any]:
    detail = json.loads(event["Detail"])
    bus = backend.describe_event_bus(backend._normalize_event_bus_arn(event.get("EventBusName")))
    seen = {
        "source": event["Source"],
        "detail-type": event["DetailType"],
        "resources": event.get("Resources", []),
        "account": backend.account_id,
        "region": backend.region_name,
        "detail": detail,
    }
    return {
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "bus": bus.name,
        "source": event["Source"],
        "detailType": event["DetailType"],
        "resources": event.get("Resources", []),
        "detail": detail,
        "rules": [rule.name for rule in bus.rules.values() if rule.event_pattern.matches_event(seen)],
    }


def whole_unless_transformed(parse: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Without an input transformer, a target gets the unchanged event. moto would use a template that lacks the account."""

    def parse_or_copy(
        input_template: str | None, input_paths_map: dict[str, Any], event: dict[str, Any]
    ) -> dict[str, Any]:
        if input_template:
            return parse(input_template, input_paths_map, event)
        return {key: copy.deepcopy(value) for key, value in event.items() if key != "ingestion-time"}

    return parse_or_copy
