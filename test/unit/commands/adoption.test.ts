import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { adoptImages, type CallApi, eventOf } from "../../../commands/adoption.ts";
import { callOf } from "../../../functions/api/direct-calls.ts";
import { callerOf } from "../../../functions/api/http.ts";
import { statusOf } from "../../../functions/api/status.ts";
import { core, scene } from "../../scene.ts";

const claim = { claim: "that its proof passed", record: "adoptions/a" };
const before = { made: false, unrecorded: [claim] };

function status() {
  return statusPage(undefined, Number.POSITIVE_INFINITY);
}

/** A page of the status from a variant on. Without another `room` it has a single variant. */
function statusPage(from: string | undefined, room = 1) {
  const { world } = scene()
    .published("ami-1")
    .image("ami-2", { ...before, createdAt: 2 })
    .image("ami-3", { ...before, createdAt: 1 })
    .image("ami-4", { made: false })
    .image("ami-5", { unrecorded: [claim] })
    .change("ami-3", { variant: "gone" });
  return statusOf(world, "/channels", undefined, { from, images: "all", room });
}

/** Adopts with an API that refuses these images. Returns what the person read and what was called. */
async function adopt(
  yes: boolean,
  refused: string[] = [],
  of: (path: string) => unknown = status,
  only: string[] = [],
) {
  const said: string[] = [];
  const called: string[] = [];
  const call: CallApi = async (method, path, body) => {
    const image = String((body as { image?: string } | undefined)?.image ?? "");
    called.push(`${method} ${path} ${image}`.trim());
    if (method === "GET") return { status: 200, answer: of(path) };
    return refused.includes(image) ? { status: 409, answer: { error: "no" } } : { status: 202, answer: {} };
  };
  const complete = await adoptImages(
    call,
    { say: (line) => void said.push(line), confirm: async () => yes },
    "why",
    only,
  );
  return { complete, called, said: said.join("\n") };
}

describe("npm run adopt", () => {
  test("names the images that were not recorded as made, oldest first, also of removed variants", async () => {
    const listed = (await adopt(false)).said.split("\n").filter((line) => line.startsWith("  "));

    expect(listed).toEqual([
      `  ami-3 of gone, created 1970-01-01T00:00:00.001Z: ${claim.claim}`,
      `  ami-2 of ${core}, created 1970-01-01T00:00:00.002Z: ${claim.claim}`,
    ]);
  });

  test("shows a variant's name, which comes from a tag, without what would control the terminal", async () => {
    const answer = scene().image("ami-1", before).change("ami-1", { variant: "core\u001b[2J\nNothing to adopt" });

    const { said } = await adopt(false, [], () => statusOf(answer.world, "/channels"));

    expect(said).toContain("  ami-1 of core [2J Nothing to adopt, created ");
  });

  test("finds images on every page of the status", async () => {
    const { called } = await adopt(true, [], (path) => statusPage(path === "/" ? undefined : "gone"));

    expect(called).toEqual(["GET /", "GET /?from=gone", "POST /adopt ami-3", "POST /adopt ami-2"]);
  });

  test("adopts them once a person agrees, and nothing before", async () => {
    expect(await adopt(true)).toMatchObject({
      complete: true,
      called: ["GET /", "POST /adopt ami-3", "POST /adopt ami-2"],
      said: expect.stringContaining(`ami-2 of ${core}, created 1970-01-01T00:00:00.002Z: that its proof passed`),
    });
    expect(await adopt(false)).toMatchObject({ complete: true, called: ["GET /"] });
  });

  test("adopts only the images that are named, and none if one of them has its records or is unknown", async () => {
    expect((await adopt(true, [], status, ["ami-2"])).called).toEqual(["GET /", "POST /adopt ami-2"]);
    await expect(adopt(true, [], status, ["ami-2", "ami-1"])).rejects.toThrow(
      "not among the images without records: ami-1",
    );
  });

  test("asks nothing only about images that are named", () => {
    const args = ["commands/adopt.ts", "--stage", "test", "--yes"];

    expect(spawnSync(process.execPath, args, { encoding: "utf8" })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("--yes asks nothing, so name the images"),
    });
  });

  test("goes on after a refusal and says so", async () => {
    const { complete, called, said } = await adopt(true, ["ami-3"]);

    expect(complete).toBe(false);
    expect(called).toContain("POST /adopt ami-2");
    expect(said).toContain('ami-3 is refused: {"error":"no"}');
  });

  test("asks nothing if every image has its records", async () => {
    const { called, said } = await adopt(true, [], () => statusOf(scene().published("ami-1").world, "/channels"));

    expect(called).toEqual(["GET /"]);
    expect(said).toContain("nothing to adopt");
  });
});

describe("the event of a call", () => {
  const caller = "arn:aws:iam::123456789012:user/ann";

  test("names the caller if the function has a URL", () => {
    const event = eventOf({ hasUrl: true, caller }, "POST", "/adopt", { image: "ami-1" });

    expect(callerOf(event as never)).toBe(caller);
    expect(event).toMatchObject({
      requestContext: { http: { method: "POST", path: "/adopt" } },
      body: '{"image":"ami-1"}',
    });
  });

  test("is that of a direct invocation if it has none", () => {
    const event = eventOf({ hasUrl: false, caller }, "POST", "/adopt", { image: "ami-1" });

    expect(callOf(event, "request")).toMatchObject({
      requestContext: { http: { method: "POST", path: "/adopt" } },
      body: '{"image":"ami-1"}',
    });
  });
});
