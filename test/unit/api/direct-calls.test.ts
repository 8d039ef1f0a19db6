import { describe, expect, test } from "vitest";
import { callOf } from "../../../functions/api/direct-calls.ts";
import { bodyOf, callerOf } from "../../../functions/api/http.ts";
import {
  directInvocation,
  interventionFromTag,
  interventionToTag,
} from "../../../functions/domain/intervention-tags.ts";

const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
const order = { variant: "windows-2022-core-1.35", reason: "a new agent" };

describe("a direct invocation", () => {
  test.each([
    ["an object", order],
    ["JSON", JSON.stringify(order)],
  ])("has the same content as a call of the function URL, with its body as %s", (_, body) => {
    const call = callOf({ method: "POST", path: "/rebuild", body }, "request-1");

    expect(call.requestContext).toMatchObject({ requestId: "request-1", http: { method: "POST", path: "/rebuild" } });
    expect(JSON.parse(bodyOf(call))).toEqual(order);
  });

  test("needs no body", () => {
    expect(bodyOf(callOf({ method: "GET", path: "/" }, "request-1"))).toBe("");
  });

  test("may have a query in its path", () => {
    const call = callOf({ method: "GET", path: "/?from=windows-2022-core-1.35&images=none" }, "request-1");

    expect(call).toMatchObject({
      rawPath: "/",
      queryStringParameters: { from: "windows-2022-core-1.35", images: "none" },
      requestContext: { http: { path: "/" } },
    });
  });

  test.each([
    [
      "a function URL's call with a forged caller",
      urlEvent("arn:aws:iam::1:user/the-boss"),
      "{version, rawPath, requestContext, body}",
    ],
    [
      "a call with an unknown field",
      { method: "POST", path: "/rebuild", by: "arn:aws:iam::1:user/the-boss" },
      "{method, path, by}",
    ],
    ["a call with a body too deep for JSON", { method: "POST", path: "/rebuild", body: deep }, "{method, path, body}"],
    ["text", "rebuild", "no object"],
    ["null", null, "no object"],
  ])("takes no route if it is %s, and only the names of its fields are told", (_, event, shape) => {
    const { http } = callOf(event, "request-1").requestContext;

    expect(http).toEqual({ method: "ANY", path: shape });
  });

  test.each([{ method: "GET", path: "/" }, urlEvent("arn:aws:iam::1:user/the-boss"), null])(
    "names no caller: %j",
    (event) => {
      expect(callerOf(callOf(event, "request-1"))).toBe("direct invocation, see CloudTrail");
    },
  );
});

describe("the caller of a function URL", () => {
  const callBy = (userArn: unknown) => ({ ...urlEvent(""), requestContext: { authorizer: { iam: { userArn } } } });

  test.each([
    "arn:aws:iam::123456789012:user/path/ann",
    "arn:aws-cn:sts::123456789012:assumed-role/Deploy/session=1,2.3+4@example.com",
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::123456789012:user/dept(1)/ann",
  ])("is %s", (arn) => {
    expect(callerOf(callBy(arn) as never)).toBe(arn);
  });

  test.each([
    ["an ARN with a line feed", "arn:aws:iam::1:user/ann\nPublished-By: the boss"],
    ["an ARN with a space", "arn:aws:iam::1:user/ann fine"],
    ["an ARN with markup", "arn:aws:iam::1:user/<b>ann</b>"],
    ["no ARN", "the boss"],
    ["empty", ""],
    ["a number", 7],
    ["absent", undefined],
  ])("is unknown if an event that Lambda did not make says that it is %s", (_, forged) => {
    expect(callerOf(callBy(forged) as never)).toBe("unknown");
  });
});

test("the tag of a decision made by direct invocation is read as it was written", () => {
  const intervention = { at: Date.parse("2026-11-22T20:00:00Z"), by: directInvocation, reason: "pods lose DNS" };

  expect(interventionFromTag(interventionToTag(intervention))).toEqual(intervention);
});

function urlEvent(userArn: string) {
  const requestContext = {
    requestId: "1",
    http: { method: "POST", path: "/rebuild" },
    authorizer: { iam: { userArn } },
  };
  return { version: "2.0", rawPath: "/rebuild", requestContext, body: JSON.stringify(order) };
}
