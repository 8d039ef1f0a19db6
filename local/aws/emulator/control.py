"""The stack's own endpoints below /stack/: actions that AWS takes by itself and no caller can, and records for tests."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import accounts
import connections
import consoles
import copies
import fast_launch
import images
import launches
import objects
import parameters
import passwords
from calls import Calls
from events import RecordedEvents
from failures import Failure, Hold, Rules
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends


@dataclass
class Control:
    calls: Calls
    failures: Rules[Failure]
    holds: Rules[Hold]
    events: RecordedEvents
    validation: parameters.Validation
    region: str

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        try:
            value = self.value(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", query, environ)
        except LookupError as error:
            return respond(start_response, "404 Not Found", str(error))
        return respond(start_response, "200 OK", value)

    def value(self, request: str, query: dict[str, str], environ: dict[str, Any]) -> Any:
        first = int(query.get("first", "0"))
        match request:
            case "GET /stack/calls":
                return self.calls.as_json(first)
            case "GET /stack/events":
                return self.events[first:]
            case "POST /stack/failures":
                return self.failures.add(body(environ))
            case "DELETE /stack/failures":
                self.failures.remove(int(query["number"]))
                return None
            case "POST /stack/holds":
                return self.holds.add(body(environ))
            case "GET /stack/holds":
                return self.holds.all[int(query["number"])].reached
            case "DELETE /stack/holds":
                if hold := self.holds.remove(int(query["number"])):
                    hold.lost = "lost" in query
                    hold.released.set()
                return None
            case "DELETE /stack/connections":
                return connections.break_others(environ["werkzeug.socket"])
            case "PUT /stack/parameter-validation":
                for name, value in body(environ).items():
                    setattr(self.validation, name, value)
                return None
            case "GET /stack/parameter-validation":
                return self.validation.pending
            case "PUT /stack/public-parameters":
                return parameters.put_public(self.region, **body(environ))
            case "POST /stack/public-images":
                return images.add_public(self.region, **body(environ))
            case "PUT /stack/object-time":
                return objects.set_time(**body(environ))
            case "GET /stack/password":
                instance = ec2_backends[DEFAULT_ACCOUNT_ID][query.get("region", self.region)].get_instance(query["instance"])
                return passwords.password_of(instance)
            case "PUT /stack/launch-time":
                return launches.set_time(self.region, **body(environ))
            case "GET /stack/roles":
                return accounts.roles()
            case "PUT /stack/console":
                return consoles.put(self.region, **body(environ))
            case "PUT /stack/fast-launch":
                return fast_launch.set_state(self.region, **body(environ))
            case "POST /stack/fast-launch-failures":
                return fast_launch.fail_next(self.region, **body(environ))
            case "POST /stack/copy-failures":
                return copies.fail_next(**body(environ))
            case _:
                raise LookupError(f"the stack has no endpoint {request}")


def body(environ: dict[str, Any]) -> dict[str, Any]:
    return json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def respond(start_response: Callable[..., Any], status: str, value: Any) -> Iterable[bytes]:
    text = json.dumps(value).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]
