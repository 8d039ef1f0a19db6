"""Injected failures: which calls fail, with which error, and whether they take effect first. And calls that are held."""

import itertools
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from xml.sax.saxutils import escape

from calls import MODELS, Call
from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model

StartResponse = Callable[..., Any]
XML = {
    "ec2": "<Response><Errors>{}</Errors><RequestID>made-to-fail</RequestID></Response>",
    "query": "<ErrorResponse>{}<RequestId>made-to-fail</RequestId></ErrorResponse>",
    "rest-xml": "{}",
}


@dataclass(kw_only=True)
class Rule:
    """Of the matching calls, the first `after` are spared and the next `times` are taken (all further ones without a number)."""

    service: str | None = None
    operation: str | None = None
    role: str | None = None
    account: str | None = None
    region: str | None = None
    after: int = 0
    times: int | None = None
    afterwards: bool = False

    def takes(self, call: Call) -> bool:
        wanted = (self.service, self.operation, self.role, self.account, self.region)
        if any(one not in (None, found) for one, found in zip(wanted, (call.service, call.operation, call.role, call.account, call.region))):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(kw_only=True)
class Failure(Rule):
    code: str
    message: str = "made to fail"
    status: int = 400

    def answer(self, call: Call, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Returns the error in the form of the service's protocol."""
        model = get_service_model(MODELS.get(call.service, call.service))
        protocol = determine_request_protocol(model, environ.get("CONTENT_TYPE"))
        body = self.as_json() if protocol.endswith("json") else XML[protocol].format(self.as_xml())
        content_type = "application/json" if protocol.endswith("json") else "text/xml"
        headers = {"Content-Type": content_type, "Content-Length": str(len(body)), "x-amzn-ErrorType": self.code}
        start_response(f"{self.status} Error", list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body.encode()]

    def as_json(self) -> str:
        return json.dumps({"__type": self.code, "message": self.message})

    def as_xml(self) -> str:
        return f"<Error><Type>Sender</Type><Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message></Error>"


@dataclass(kw_only=True)
class Hold(Rule):
    """Holds calls before they take effect, or with `afterwards` before they are answered, until it is removed."""

    reached: bool = False
    lost: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        self.reached = True
        self.released.wait()


Kind = TypeVar("Kind", bound=Rule)


class Rules(Generic[Kind]):
    def __init__(self, kind: type[Kind]) -> None:
        self.kind = kind
        self.numbers = itertools.count(1)
        self.all: dict[int, Kind] = {}

    def add(self, given: dict[str, Any]) -> int:
        number = next(self.numbers)
        self.all[number] = self.kind(**given)
        return number

    def remove(self, number: int) -> Kind | None:
        return self.all.pop(number, None)

    def of(self, call: Call) -> Kind | None:
        # Each rule counts its own matching calls, even when another one takes the call.
        taken = [rule for rule in self.all.values() if rule.takes(call)]
        return taken[0] if taken else None
