"""Records each call: operation, parameters, caller and result."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

from accounts import account_of, role_of
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from tagged import owners_of, profiles_of, tags_of

# Services whose name in the signature differs from the name of botocore's model.
MODELS = {"monitoring": "cloudwatch"}
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")


@dataclass
class Call:
    time: str
    service: str
    operation: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    accessKeyId: str | None = None
    # Of the caller; and the Region that the call is signed for.
    account: str | None = None
    region: str | None = None
    role: str | None = None
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    status: int = 0
    error: str | None = None


class Calls:
    def __init__(self) -> None:
        self.all: list[Call] = []

    def begin(self, environ: dict[str, Any]) -> Call:
        signature = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        call = Call(time=now, service=signature[3] if signature else "unsigned")
        if signature:
            call.accessKeyId = signature[1]
            call.account, call.region = account_of(signature[1]), signature[2]
            call.role = role_of(signature[1])
            call.operation, call.parameters = what_is_called(call.service, environ)
            if call.service == "ec2":
                call.tags = tags_of(call.account, call.region, call.parameters)
                call.profiles = profiles_of(call.account, call.region, call.parameters)
                call.owners = owners_of(call.parameters)
        self.all.append(call)
        return call

    def finish(
        self, call: Call, moto: Callable[..., Any], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def start(status: str, headers: Any, error: Any = None) -> Any:
            call.status = int(status.split(" ", 1)[0])
            return start_response(status, headers, error)

        body = b"".join(moto(environ, start))
        if call.status >= 400:
            call.error = error_code(body)
        return [body]

    def as_json(self, first: int) -> list[dict[str, Any]]:
        return [plain(recorded(call)) for call in self.all[first:]]


def recorded(call: Call) -> dict[str, Any]:
    """Calls without a signature are nobody's and signed for no Region."""
    return {name: value for name, value in asdict(call).items() if value is not None or name not in ("account", "region")}


def what_is_called(service: str, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Uses botocore's model of the service and so works for every protocol of AWS."""
    try:
        name = MODELS.get(service, service)
        # An object's body may be large and is not recorded.
        body = b"" if service == "s3" else read_body(environ)
        request = Request({**environ, "wsgi.input": io.BytesIO(body)})
        model = get_service_model(name)
        operation, path_parameters = get_service_router(name).match(request)
        if service == "s3":
            query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
            asked = {"Prefix": query.get("prefix"), "VersionId": query.get("versionId")}
            return operation.name, {**path_parameters, **{name: asked[name] for name in asked if asked[name]}}
        parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
        parameters = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": body,
                "url_path": request.path,
                "url_params": path_parameters,
            }
        )
        return operation.name, parameters
    except Exception as error:  # moto answers calls that the model does not know; their record has no parameters
        return f"unknown ({type(error).__name__}: {error})", {}


def read_body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    return body


def error_code(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    code = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"(?:__type|code)":\s*"(?:[^"]*#)?([^"]+)"', text)
    return code[1] if code else "unknown"


def plain(value: Any) -> Any:
    """Converts a value for JSON. Of bytes it keeps only the number."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if isinstance(value, str | int | float | bool | None) else str(value)
