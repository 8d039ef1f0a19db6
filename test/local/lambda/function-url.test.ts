import type { APIGatewayProxyEventV2WithIAMAuthorizer } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Invocation } from "../../../local/lambda/function.ts";
import { type FunctionUrl, startFunctionUrl } from "../../../local/lambda/function-url.ts";
import { invoke } from "../../../local/lambda/invoke.ts";
import { type Caller, signedFetch } from "../../../local/lambda/signed-fetch.ts";
import { type FixtureStack, startFixtureStack } from "../fixture/stack.ts";

let stack: FixtureStack;
let endpoint: FunctionUrl;
let caller: Caller;
const invocations: Invocation[] = [];

beforeAll(async () => {
  stack = await startFixtureStack();
  const { region, url } = stack.emulator;
  const fn = await stack.deploy("handlers.http", { name: "api" });
  endpoint = await startFunctionUrl({
    region,
    endpoint: url,
    findCredentials: stack.roles.issued,
    now: stack.clock.now,
    async invoke(event) {
      const invocation = await invoke(fn, event, stack.host);
      invocations.push(invocation);
      return invocation;
    },
  });
  const operator = await stack.role("operator", "ec2.amazonaws.com");
  caller = { region, now: stack.clock.now, credentials: await stack.roles.assume(operator, "jane") };
});

afterAll(async () => {
  await endpoint?.stop();
  await stack?.stop();
});

describe("A signed call", () => {
  test("reaches the function as an event that names its caller", async () => {
    const response = await signedFetch(
      `${endpoint.url}variants/windows%202022/rebuild?dry=yes&why=a%20b&why=c`,
      caller,
      {
        method: "POST",
        headers: { "Content-Type": "application/json", Cookie: "one=1; two=2" },
        body: '{"reason":"käse"}',
      },
    );

    const event = (await response.json()) as APIGatewayProxyEventV2WithIAMAuthorizer;
    expect(response.status).toBe(200);
    expect(event).toMatchObject({
      version: "2.0",
      rawPath: "/variants/windows%202022/rebuild",
      rawQueryString: "dry=yes&why=a%20b&why=c",
      queryStringParameters: { dry: "yes", why: "a b,c" },
      cookies: ["one=1", "two=2"],
      headers: { "content-type": "application/json" },
      body: '{"reason":"käse"}',
      isBase64Encoded: false,
      requestContext: {
        accountId: "123456789012",
        authorizer: {
          iam: {
            accessKey: caller.credentials.accessKeyId,
            accountId: "123456789012",
            userArn: "arn:aws:sts::123456789012:assumed-role/operator/jane",
          },
        },
        http: { method: "POST", path: "/variants/windows%202022/rebuild", protocol: "HTTP/1.1" },
        stage: "$default",
      },
    });
    expect(event.requestContext.authorizer.iam.userId).toMatch(/:jane$/);
    expect(event.requestContext.time).toMatch(/^\d{2}\/Nov\/2026:\d{2}:\d{2}:\d{2} \+0000$/);
  });

  test("without a body leads to an event without a body", async () => {
    const response = await signedFetch(endpoint.url, caller);

    const event = (await response.json()) as APIGatewayProxyEventV2WithIAMAuthorizer;
    expect(event).toMatchObject({ rawPath: "/", rawQueryString: "", isBase64Encoded: false });
    expect(event.body).toBeUndefined();
  });

  test("with a form leads to a body in base64", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };

    const response = await signedFetch(endpoint.url, caller, { method: "PUT", headers, body: "a=1" });

    expect(await response.json()).toMatchObject({ body: "YT0x", isBase64Encoded: true });
  });
});

describe("The function's result", () => {
  test("that is not a response becomes the JSON body of one", async () => {
    const response = await signedFetch(`${endpoint.url}text`, caller);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe('"all is well"');
  });

  test("may be bytes in base64", async () => {
    const response = await signedFetch(`${endpoint.url}bytes`, caller);

    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 1, 255]));
  });

  test("may set cookies without a body", async () => {
    const response = await signedFetch(`${endpoint.url}cookies`, caller);

    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual(["one=1", "two=2; Secure"]);
  });

  test.each(["broken", "nonsense"])("is a bad gateway for the caller when the function is %s", async (path) => {
    const response = await signedFetch(`${endpoint.url}${path}`, caller);

    expect(response.status).toBe(502);
    expect(await response.text()).toBe("Internal Server Error");
  });
});

describe("A call is refused before it reaches the function", () => {
  test("when it is not signed", async () => {
    const refused = await refusal(() => fetch(endpoint.url));

    expect(refused).toEqual({ status: 403, error: "AccessDeniedException", body: { Message: "Forbidden" } });
  });

  test("when the secret is wrong", async () => {
    const credentials = { ...caller.credentials, secretAccessKey: "not the secret" };

    const refused = await refusal(() => signedFetch(endpoint.url, { ...caller, credentials }));

    expect(refused).toMatchObject({ status: 403, error: "InvalidSignatureException" });
    expect(refused.body.message).toContain("does not match the signature you provided");
  });

  test.each([
    ["the access key is unknown", { accessKeyId: "AKIAUNKNOWN" }],
    ["the session token is missing", { sessionToken: undefined }],
    ["the session token is another's", { sessionToken: "another" }],
  ])("when %s", async (_, change) => {
    const credentials = { ...caller.credentials, ...change };

    const refused = await refusal(() => signedFetch(endpoint.url, { ...caller, credentials }));

    expect(refused).toMatchObject({ status: 403, error: "UnrecognizedClientException" });
  });

  test("when it is signed for another region", async () => {
    const refused = await refusal(() => signedFetch(endpoint.url, { ...caller, region: "eu-west-1" }));

    expect(refused).toMatchObject({ status: 403, error: "InvalidSignatureException" });
  });

  test.each([-6, 6])("when its signature is %i minutes away from the stack's time", async (minutes) => {
    const now = () => new Date(stack.clock.now().getTime() + minutes * 60_000);

    const refused = await refusal(() => signedFetch(endpoint.url, { ...caller, now }));

    expect(refused).toMatchObject({ status: 403, error: "InvalidSignatureException" });
    expect(refused.body.message).toMatch(minutes < 0 ? /^Signature expired/ : /^Signature not yet current/);
  });

  test.each([
    ["another body", { method: "POST", body: "{}" }, ""],
    ["another method", { method: "DELETE" }, ""],
    ["another query", { method: "GET" }, "?dry=no"],
  ])("when the signature was made for %s", async (_, sent, query) => {
    const headers = await headersOfSignedCall();

    const refused = await refusal(() => fetch(`${endpoint.url}${query}`, { ...sent, headers }));

    expect(refused).toMatchObject({ status: 403, error: "InvalidSignatureException" });
  });

  test("when a recorded call is sent again with the time of now", async () => {
    const recorded = await headersOfSignedCall();
    const later = new Date(Date.parse(`${stack.clock.now().toISOString().slice(0, 19)}Z`) + 60_000);
    const headers = { ...recorded, "x-amz-date": later.toISOString().replace(/[-:]|\.000/g, "") };

    const refused = await refusal(() => fetch(endpoint.url, { headers }));

    expect(refused).toMatchObject({ status: 403, error: "InvalidSignatureException" });
  });

  test("when the caller signs neither host nor anything else", async () => {
    const { authorization = "", ...recorded } = await headersOfSignedCall();
    const headers = {
      ...recorded,
      authorization: authorization.replace(/SignedHeaders=[^,]+/, "SignedHeaders=x-amz-date"),
    };

    const refused = await refusal(() => fetch(endpoint.url, { headers }));

    expect(refused).toMatchObject({ status: 403, error: "AccessDeniedException" });
  });

  test("when its body is larger than Lambda takes", async () => {
    const body = "x".repeat(6 * 1024 * 1024 + 1);

    const refused = await refusal(() => signedFetch(endpoint.url, caller, { method: "POST", body }));

    expect(refused).toMatchObject({ status: 413, error: "RequestTooLargeException" });
  });
});

/** The headers of a signed GET of the function URL's root. */
async function headersOfSignedCall(): Promise<Record<string, string>> {
  const response = await signedFetch(endpoint.url, caller);
  const { headers } = (await response.json()) as APIGatewayProxyEventV2WithIAMAuthorizer;
  const signed = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];
  return Object.fromEntries(signed.map((name) => [name, headers[name] ?? ""]));
}

async function refusal(call: () => Promise<Response>) {
  const before = invocations.length;
  const response = await call();
  const body = (await response.json()) as Record<string, string>;
  if (invocations.length > before && [403, 413].includes(response.status))
    throw new Error("the refused call invoked the function");
  return { status: response.status, error: response.headers.get("x-amzn-errortype"), body };
}
