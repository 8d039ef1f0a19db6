"""The stack's own endpoints below /stack/: what AWS does by itself and no caller can, and what a test looks at."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import consoles
import images
import parameters
import passwords
from calls import Calls
from events import RecordedEvents
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends


def answer(
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    calls: Calls,
    events: RecordedEvents,
    region: str,
) -> Iterable[bytes]:
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    first = int(query.get("first", "0"))
    match f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}":
        case "GET /stack/calls":
            return respond(start_response, "200 OK", calls.as_json(first))
        case "GET /stack/events":
            return respond(start_response, "200 OK", events[first:])
        case "PUT /stack/public-parameters":
            parameters.put_public(region, **body(environ))
            return respond(start_response, "200 OK", None)
        case "POST /stack/public-images":
            return respond(start_response, "200 OK", images.add_public(region, **body(environ)))
        case "GET /stack/password":
            instance = ec2_backends[DEFAULT_ACCOUNT_ID][region].get_instance(query["instance"])
            return respond(start_response, "200 OK", passwords.password_of(instance))
        case "PUT /stack/console":
            consoles.put(region, **body(environ))
            return respond(start_response, "200 OK", None)
        case request:
            return respond(start_response, "404 Not Found", f"no such endpoint of the stack: {request}")


def body(environ: dict[str, Any]) -> dict[str, Any]:
    return json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def respond(start_response: Callable[..., Any], status: str, value: Any) -> Iterable[bytes]:
    text = json.dumps(value).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]
