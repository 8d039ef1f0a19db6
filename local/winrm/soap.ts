import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

/** A request of a WS-Management client to a Windows shell. */
export type Request =
  | { action: "create"; messageId: string }
  | { action: "command"; messageId: string; shellId: string; commandLine: string }
  | { action: "receive"; messageId: string; shellId: string; commandId: string }
  | { action: "signal"; messageId: string; shellId: string; commandId: string }
  | { action: "delete"; messageId: string; shellId: string };

export type Output = { exitCode: number; stdout: string; stderr: string };

const shellUri = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
const transferUri = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
const faultUri = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  trimValues: false,
  parseTagValue: false,
});

const Text = z.union([z.string(), z.object({ "#text": z.string() }).transform((element) => element["#text"])]);
const Envelope = z.object({
  Envelope: z.object({
    Header: z.object({
      Action: Text,
      MessageID: Text,
      SelectorSet: z.object({ Selector: Text }).optional(),
    }),
    Body: z.unknown(),
  }),
});
const CommandBody = z.object({ CommandLine: z.object({ Command: Text }) });
const ReceiveBody = z.object({ Receive: z.object({ DesiredStream: z.object({ "@_CommandId": z.string() }) }) });
const SignalBody = z.object({ Signal: z.object({ "@_CommandId": z.string() }) });

/** @throws Error if the XML is no request that a shell knows */
export function parseRequest(xml: string): Request {
  const { Header, Body } = Envelope.parse(parser.parse(xml)).Envelope;
  const messageId = Header.MessageID;
  const shellId = Header.SelectorSet?.Selector ?? "";
  switch (Header.Action) {
    case `${transferUri}/Create`:
      return { action: "create", messageId };
    case `${transferUri}/Delete`:
      return { action: "delete", messageId, shellId };
    case `${shellUri}/Command`:
      return { action: "command", messageId, shellId, commandLine: CommandBody.parse(Body).CommandLine.Command };
    case `${shellUri}/Receive`:
      return {
        action: "receive",
        messageId,
        shellId,
        commandId: ReceiveBody.parse(Body).Receive.DesiredStream["@_CommandId"],
      };
    case `${shellUri}/Signal`:
      return { action: "signal", messageId, shellId, commandId: SignalBody.parse(Body).Signal["@_CommandId"] };
    default:
      throw new Error(`reading a WS-Management request: unknown action ${Header.Action}`);
  }
}

export function shellCreated({ messageId }: Request, shellId: string): string {
  return envelope(
    `${transferUri}/CreateResponse`,
    messageId,
    `<rsp:Shell><rsp:ShellId>${shellId}</rsp:ShellId></rsp:Shell>`,
  );
}

export function commandStarted({ messageId }: Request, commandId: string): string {
  const body = `<rsp:CommandResponse><rsp:CommandId>${commandId}</rsp:CommandId></rsp:CommandResponse>`;
  return envelope(`${shellUri}/CommandResponse`, messageId, body);
}

export function commandDone({ messageId }: Request, commandId: string, { exitCode, stdout, stderr }: Output): string {
  const state = `<rsp:CommandState CommandId="${commandId}" State="${shellUri}/CommandState/Done"><rsp:ExitCode>${exitCode}</rsp:ExitCode></rsp:CommandState>`;
  const streams = stream("stdout", commandId, stdout) + stream("stderr", commandId, stderr);
  return envelope(
    `${shellUri}/ReceiveResponse`,
    messageId,
    `<rsp:ReceiveResponse>${streams}${state}</rsp:ReceiveResponse>`,
  );
}

/** The answer to a Signal or Delete. */
export function acknowledged({ messageId, action }: Request): string {
  return envelope(action === "delete" ? `${transferUri}/DeleteResponse` : `${shellUri}/SignalResponse`, messageId, "");
}

/**
 * Windows' answer to a Receive while the command has produced no output for some time. The client recognizes it by the
 * word OperationTimeout and sends another Receive.
 */
export function nothingYet({ messageId }: Request): string {
  return fault(
    messageId,
    "w:TimedOut",
    "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
  );
}

/** The fault for a shell or command that does not exist. */
export function refused({ messageId }: Request, reason: string): string {
  return fault(messageId, "w:InvalidSelectors", reason);
}

function stream(name: string, commandId: string, text: string): string {
  if (text === "") return "";
  return `<rsp:Stream Name="${name}" CommandId="${commandId}">${Buffer.from(text).toString("base64")}</rsp:Stream>`;
}

function fault(messageId: string, code: string, reason: string): string {
  const body = `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">${escapeXml(reason)}</s:Text></s:Reason></s:Fault>`;
  return envelope(faultUri, messageId, body);
}

function envelope(action: string, relatesTo: string, body: string): string {
  return [
    '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"',
    ` xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="${shellUri}">`,
    `<s:Header><a:Action>${action}</a:Action><a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
