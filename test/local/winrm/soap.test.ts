import { readFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";
import { expect, test } from "vitest";
import {
  acknowledged,
  commandDone,
  commandStarted,
  nothingYet,
  parseRequest,
  shellCreated,
} from "../../../local/winrm/soap.ts";

// fixture/requests/*.xml are requests of Packer 1.16.0, recorded from the wire.
function recorded(name: string): string {
  return readFileSync(new URL(`fixture/requests/${name}.xml`, import.meta.url), "utf8");
}

const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false });

function parsed(xml: string): { header: Record<string, unknown>; body: Record<string, Record<string, never>> } {
  const envelope = parser.parse(xml)["s:Envelope"];
  return { header: envelope["s:Header"], body: envelope["s:Body"] };
}

test.each([
  ["create", {}],
  [
    "command",
    { shellId: expect.stringMatching(/^[0-9A-F-]{36}$/), commandLine: expect.stringMatching(/^echo \S+ >> ".+"$/) },
  ],
  [
    "receive",
    { shellId: expect.stringMatching(/^[0-9A-F-]{36}$/), commandId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
  ],
  [
    "signal",
    { shellId: expect.stringMatching(/^[0-9A-F-]{36}$/), commandId: expect.stringMatching(/^[0-9A-F-]{36}$/) },
  ],
  ["delete", { shellId: expect.stringMatching(/^[0-9A-F-]{36}$/) }],
])("Packer's %s request is parsed", (action, parts) => {
  const request = parseRequest(recorded(action));

  expect(request).toEqual({ action, messageId: expect.stringMatching(/^uuid:/), ...parts });
});

test("an unknown action is an error that names it", () => {
  const xml = recorded("create").replace("transfer/Create<", "transfer/Put<");

  expect(() => parseRequest(xml)).toThrow("unknown action http://schemas.xmlsoap.org/ws/2004/09/transfer/Put");
});

test("every answer names its action and its request", () => {
  const request = parseRequest(recorded("create"));

  const created = parsed(shellCreated(request, "SHELL"));
  const started = parsed(commandStarted(request, "COMMAND"));
  const deleted = parsed(acknowledged(parseRequest(recorded("delete"))));

  expect(created.header).toMatchObject({
    "a:Action": "http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse",
    "a:RelatesTo": request.messageId,
  });
  expect(created.body).toEqual({ "rsp:Shell": { "rsp:ShellId": "SHELL" } });
  expect(started.header["a:Action"]).toBe("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandResponse");
  expect(started.body).toEqual({ "rsp:CommandResponse": { "rsp:CommandId": "COMMAND" } });
  expect(deleted.header["a:Action"]).toBe("http://schemas.xmlsoap.org/ws/2004/09/transfer/DeleteResponse");
});

test("the answer for a finished command contains its output and exit code", () => {
  const request = parseRequest(recorded("receive"));

  const { body } = parsed(
    commandDone(request, "COMMAND", { exitCode: 3010, stdout: "größer & <besser>\r\n", stderr: "" }),
  );

  const response: Record<string, Record<string, string>> = body["rsp:ReceiveResponse"] ?? {};
  expect(Buffer.from(response["rsp:Stream"]?.["#text"] ?? "", "base64").toString()).toBe("größer & <besser>\r\n");
  expect(response["rsp:CommandState"]).toMatchObject({
    "@_State": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done",
    "rsp:ExitCode": "3010",
  });
});

test("while a command has no output, the answer contains the word that makes the client ask again", () => {
  expect(nothingYet(parseRequest(recorded("receive")))).toContain("OperationTimeout");
});
