import { describe, expect, test } from "vitest";
import { callOf } from "../../../functions/api/direct-calls.ts";
import { bodyOf, callerOf } from "../../../functions/api/http.ts";
import {
  directInvocation,
  interventionFromTag,
  interventionToTag,
} from "../../../functions/domain/intervention-tags.ts";

const order = { variant: "windows-2022-core-1.35", reason: "a new agent" };

describe("a direct invocation", () => {
  test.each([
    ["an object", order],
    ["JSON", JSON.stringify(order)],
  ])("says what a call of the function URL says, its body as %s", (_, body) => {
    const call = callOf({ method: "POST", path: "/rebuild", body }, "request-1");

    expect(call.requestContext).toMatchObject({ requestId: "request-1", http: { method: "POST", path: "/rebuild" } });
    expect(JSON.parse(bodyOf(call))).toEqual(order);
  });

  test("needs no body", () => {
    expect(bodyOf(callOf({ method: "GET", path: "/" }, "request-1"))).toBe("");
  });

  test.each([
    [
      "a call as a function URL makes it, with a caller of the sender's choice",
      urlEvent("arn:aws:iam::1:user/the-boss"),
    ],
    ["more than it may", { method: "POST", path: "/rebuild", by: "arn:aws:iam::1:user/the-boss" }],
    ["a text", "rebuild"],
    ["nothing", null],
  ])("takes no route where it says %s", (_, event) => {
    const { http } = callOf(event, "request-1").requestContext;

    expect(http).toEqual({ method: "ANY", path: JSON.stringify(event) });
  });

  test.each([{ method: "GET", path: "/" }, urlEvent("arn:aws:iam::1:user/the-boss"), null])(
    "names nobody as its caller: %j",
    (event) => {
      expect(callerOf(callOf(event, "request-1"))).toBe("direct invocation, see CloudTrail");
    },
  );
});

test("what was decided by a direct invocation is read from its tag as it was written", () => {
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
