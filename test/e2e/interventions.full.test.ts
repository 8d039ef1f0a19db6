import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { permissionsOf } from "../../local/rehearsal/permissions.ts";
import { type Account, openAccount } from "./account.ts";

const reason = "a test";
let account: Account;

beforeAll(async () => {
  account = await openAccount("interventions");
});

// Every call triggers a reconcile run for all variants. The next test must register its images while no run writes
// channels.
afterEach(() => account.stack.idle());

afterAll(() => account?.close());

test("a revoked image is tagged with caller, time and reason, and reconcile is triggered", async () => {
  const [older, newer] = [await account.image("revoked", 60), await account.image("revoked", 50)];
  await account.stableHolds("revoked", newer);
  const from = account.stack.logs.length;

  const { status, answer } = await account.call("POST", "/revoke", { image: newer, reason });
  await account.stack.idle();

  expect({ status, answer }).toMatchObject({
    status: 202,
    answer: { variant: "revoked", image: newer, dryRun: false },
  });
  expect((await account.tagsOf(newer)).revoked).toMatch(/^2026-10-\S+Z arn:aws:\S+ a test$/);
  expect((await account.tagsOf(older)).revoked).toBeUndefined();
  const triggers = account.stack.logs.slice(from).map(({ record }) => record?.trigger);
  expect(triggers).toContainEqual({ kind: "manual", about: `revoked revoke ${newer}` });
});

test("a dry run answers the tags and the plan, and changes nothing", async () => {
  const id = await account.image("tried", 50);

  const { status, answer } = await account.call("POST", "/revoke", { image: id, reason, dryRun: true });
  await account.stack.idle();

  expect(status).toBe(200);
  expect(answer).toMatchObject({
    dryRun: true,
    tags: { write: { "eks-windows-images:revoked": expect.stringContaining(reason) } },
  });
  expect(answer.plan).toContainEqual(expect.objectContaining({ do: "deprecate", image: id }));
  expect(await account.tagsOf(id)).not.toHaveProperty("revoked");
  const abouts = account.stack.logs.map(({ record }) => (record?.trigger as { about?: string } | undefined)?.about);
  expect(abouts).not.toContain(`tried revoke ${id}`);
});

test("revoking twice keeps the first reason", async () => {
  const id = await account.image("repeated", 50);

  await account.call("POST", "/revoke", { image: id, reason: "the first" });
  const { status, answer } = await account.call("POST", "/revoke", { image: id, reason: "the second" });

  expect(status).toBe(202);
  expect(answer.message).toContain("is already revoked: the first");
  expect((await account.tagsOf(id)).revoked).toContain("the first");
});

test("an unrevoked image loses the tag", async () => {
  const id = await account.image("restored", 50, { revoked: "by hand" });

  const first = await account.call("POST", "/unrevoke", { image: id, reason });
  const second = await account.call("POST", "/unrevoke", { image: id, reason });

  expect(first).toMatchObject({ status: 202, answer: { tags: { remove: ["eks-windows-images:revoked"] } } });
  expect(await account.tagsOf(id)).not.toHaveProperty("revoked");
  expect(second).toMatchObject({ status: 409, answer: { error: `${id} is not revoked` } });
});

test("an approved image is tagged with the caller, and the answer names the end of the soak", async () => {
  const id = await account.image("approved", 1);

  const { status, answer } = await account.call("POST", "/approve", { image: id, reason });

  expect(status).toBe(202);
  expect(answer.message).toMatch(/is approved; .*stable/);
  expect((await account.tagsOf(id)).approved).toMatch(/^2026-10-\S+Z arn:aws:\S+ a test$/);
});

test("a rollback revokes the image that the channel holds", async () => {
  const approved = "2026-10-14T15:00:00.000Z arn:aws:iam::123456789012:user/ann good";
  const [older, newer] = [
    await account.image("rolled-back", 60, { approved }),
    await account.image("rolled-back", 50, { approved }),
  ];
  await account.stableHolds("rolled-back", newer);

  const { status, answer } = await account.call("POST", "/rollback", { variant: "rolled-back", reason });

  expect({ status, answer }).toMatchObject({ status: 202 });
  expect(answer.message).toContain(`stable of rolled-back goes back from ${newer} to ${older}`);
  expect(await account.tagsOf(newer)).toHaveProperty("revoked");
});

test("a rollback without a previous image is refused with the reasons and times, and tags nothing", async () => {
  const [older, newer] = [await account.image("stranded", 1), await account.image("stranded", 50)];
  await account.stableHolds("stranded", newer);

  const { status, answer } = await account.call("POST", "/rollback", { variant: "stranded", reason });

  expect(status).toBe(409);
  expect(answer.error).toMatch(new RegExp(`${older} soaks until 2026-10-15T15:.*${older} waits for its approval`));
  for (const id of [older, newer]) expect(await account.tagsOf(id)).not.toHaveProperty("revoked");
});

test("an idempotency key is recognized even after other requests", async () => {
  const rebuild = (idempotencyKey: string) =>
    account.call("POST", "/rebuild", { variant: "rebuilt", reason, idempotencyKey });
  const Name = `${account.stack.deployment.requestsPrefix}/rebuilt`;

  await rebuild("one");
  await rebuild("two");
  const { answer } = await rebuild("one");

  expect(answer).toEqual({ variant: "rebuilt", request: "one", repeated: true, dryRun: false });
  const { Parameter } = await account.ssm.send(new GetParameterCommand({ Name }));
  expect(JSON.parse(Parameter?.Value ?? "")).toMatchObject({ id: "two", earlier: ["one"] });
});

test("the dry run of a rebuild writes no request", async () => {
  const order = { variant: "shown", reason, dryRun: true };

  const { status, answer } = await account.call("POST", "/rebuild", order);

  expect(status).toBe(200);
  expect(answer.plan).toContainEqual(expect.objectContaining({ do: "wait", for: "build" }));
  const Name = `${account.stack.deployment.requestsPrefix}/shown`;
  await expect(account.ssm.send(new GetParameterCommand({ Name }))).rejects.toMatchObject({
    name: "ParameterNotFound",
  });
});

test("the status shows for every image why stable does not take it and what retention decides", async () => {
  const id = await account.image("shown", 1);

  const { answer } = await account.call("GET", "/");

  const variants = answer.variants as { variant: string }[];
  expect(variants.find(({ variant }) => variant === "shown")).toMatchObject({
    images: [
      {
        image: id,
        publishable: "yes",
        keptOutOfStableBy: [expect.stringContaining(`${id} soaks until`), `${id} waits for its approval`],
        retention: { decision: "keep", reasons: expect.arrayContaining([expect.stringContaining("(keep)")]) },
      },
    ],
  });
});

describe("A call is refused with the valid values", () => {
  const unknown = "ami-0123456789abcdef0";

  test.each([
    ["without a reason", "/revoke", { image: unknown }, 400, "reason"],
    ["for an invalid image ID", "/revoke", { image: "latest", reason }, 400, "an image such as"],
    [
      "for an image that the stage does not own",
      "/revoke",
      { image: unknown, reason },
      404,
      `${unknown} is not an image of this service`,
    ],
    [
      "for an image that the stage does not own",
      "/unrevoke",
      { image: unknown, reason },
      404,
      "is not an image of this service",
    ],
    [
      "for an image that the stage does not own",
      "/approve",
      { image: unknown, reason },
      404,
      "is not an image of this service",
    ],
    ["for an unknown variant", "/rollback", { variant: "windows-95", reason }, 404, "there is no variant"],
    ["for an unknown channel", "/rollback", { variant: "revoked", channel: "beta", reason }, 400, "channel"],
    ["with an unknown field", "/approve", { image: unknown, reason, force: true }, 400, "force"],
  ])("%s (%s)", async (_, path, body, status, error) => {
    const refused = await account.call("POST", path, body);

    expect(refused.status).toBe(status);
    expect(refused.answer.error).toContain(error);
    expect(refused.answer.allowed).toBeDefined();
  });

  test("and is logged with its caller, reason and outcome", async () => {
    await account.call("POST", "/revoke", { image: unknown, reason: "to be found" });

    expect(account.stack.logs.map(({ record }) => record)).toContainEqual(
      expect.objectContaining({
        message: "revoke",
        reason: "to be found",
        by: expect.stringMatching(/^arn:aws:/),
        decision: expect.objectContaining({ outcome: "refused", status: 404 }),
      }),
    );
  });
});

test("the timeline of a variant says what its channel has held", async () => {
  const [older, newer] = [await account.image("remembered", 60), await account.image("remembered", 50)];
  await account.stableHolds("remembered", older);

  const { status, answer } = await account.call("GET", "/timeline?variant=remembered");

  expect({ status, answer }).toMatchObject({
    status: 200,
    answer: {
      channels: { stable: { known: [{ version: 1, image: older }] } },
      images: [{ image: newer, inside: null }, { image: older }],
    },
  });
});

test("the function makes only calls that its role permits", async () => {
  const id = await account.image("tried", 50);
  await account.call("POST", "/revoke", { image: id, reason });
  await account.call("POST", "/unrevoke", { image: id, reason });
  await account.call("GET", "/plan");
  await account.stack.idle();

  expect((await permissionsOf(account.stack, undefined)).denied).toEqual([]);
});
