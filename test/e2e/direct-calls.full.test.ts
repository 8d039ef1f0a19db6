import { afterAll, beforeAll, expect, test } from "vitest";
import { permissionsOf } from "../../local/rehearsal/permissions.ts";
import { type Account, openAccount } from "./account.ts";

let account: Account;

beforeAll(async () => {
  account = await openAccount("direct-calls", "direct-calls");
});

afterAll(() => account?.close());

test("a service without a function URL is called by invoking its function", async () => {
  const image = await account.image("direct", 50);

  const status = await account.call("GET", "/");
  const revoked = await account.call("POST", "/revoke", { image, reason: "pods lose DNS" });
  const requested = await account.call("POST", "/rebuild", { variant: "direct", reason: "a new agent" });
  await account.stack.idle();

  expect(account.stack.deployment.api.url).toBeUndefined();
  expect(status).toMatchObject({ status: 200, answer: { variants: [{ variant: "direct" }] } });
  expect([revoked.status, requested.status]).toEqual([202, 202]);
  expect((await account.tagsOf(image)).revoked).toMatch(/Z direct invocation, see CloudTrail pods lose DNS$/);
});

test("the log of each call refers to CloudTrail for the caller", () => {
  const callers = account.stack.logs.flatMap(({ record }) => (record?.message === "call" ? [record.by] : []));

  expect(new Set(callers)).toEqual(new Set(["direct invocation, see CloudTrail"]));
});

test("every role was allowed to make its calls", async () => {
  expect((await permissionsOf(account.stack, undefined)).denied).toEqual([]);
});
