import { describe, expect, test } from "vitest";
import type { Adoption } from "../../cli/adoption.ts";
import type { CallApi } from "../../cli/service/deployment.ts";
import { eventOf } from "../../cli/service/invoke.ts";
import { callOf } from "../../functions/api/direct-calls.ts";
import { callerOf } from "../../functions/api/http.ts";
import { statusOf } from "../../functions/api/status.ts";
import { core, scene } from "../scene.ts";
import { cli } from "./cli.ts";

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
  answer: boolean | undefined,
  refused: string[] = [],
  of: (path: string) => unknown = status,
  args: string[] = [],
) {
  const called: string[] = [];
  const call: CallApi = async (method, path, body) => {
    const image = String((body as { image?: string } | undefined)?.image ?? "");
    called.push(`${method} ${path} ${image}`.trim());
    if (method === "GET") return { status: 200, answer: of(path) };
    return refused.includes(image) ? { status: 409, answer: { error: "no" } } : { status: 202, answer: {} };
  };
  const isTerminal = answer !== undefined;
  const result = await cli(["adopt", ...args], { call, isTerminal, answers: isTerminal ? [answer] : [] });
  return { ...result, called, said: result.stdout };
}

describe("adopt", () => {
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
      exitCode: 0,
      asked: ["Adopt these 2 images (production in us-east-1)?"],
      called: ["GET /", "POST /adopt ami-3", "POST /adopt ami-2"],
      said: expect.stringContaining("ami-3 is adopted"),
    });
    expect(await adopt(false)).toMatchObject({ exitCode: 1, called: ["GET /"] });
  });

  test("adopts nothing if nobody can be asked", async () => {
    expect(await adopt(undefined)).toMatchObject({ exitCode: 4, called: ["GET /"] });
  });

  test("adopts only the images that are named, and none if one of them has its records or is unknown", async () => {
    const named = await adopt(undefined, [], status, ["--yes", "ami-2"]);
    expect(named).toMatchObject({ exitCode: 0, called: ["GET /", "POST /adopt ami-2"] });

    const unknown = await adopt(true, [], status, ["ami-2", "ami-1"]);
    expect(unknown).toMatchObject({ exitCode: 1, called: ["GET /"] });
    expect(unknown.stderr).toContain("not among the images without records: ami-1");
  });

  test("ends when it is interrupted, and adopts nothing more", async () => {
    const interruption = new AbortController();
    const called: unknown[] = [];
    const call: CallApi = async (method, _, body) => {
      if (method === "GET") return { status: 200, answer: status() };
      called.push(body);
      interruption.abort(new Error("interrupted"));
      return { status: 202, answer: {} };
    };
    const { exitCode } = await cli(["adopt"], { call, isTerminal: true, answers: [true], signal: interruption.signal });
    expect(exitCode).toBe(130);
    expect(called).toEqual([{ image: "ami-3", reason: "made before records" }]);
  });

  test("asks nothing only about images that are named", async () => {
    expect(await adopt(undefined, [], status, ["--yes"])).toMatchObject({
      exitCode: 2,
      called: [],
      stderr: expect.stringContaining("--yes asks nothing, so name the images"),
    });
  });

  test("prints one JSON document with --json", async () => {
    const { stdout } = await adopt(undefined, ["ami-3"], status, ["--yes", "--json", "ami-2", "ami-3"]);
    const adoption: Adoption = JSON.parse(stdout);

    expect(adoption).toMatchObject({ adopted: ["ami-2"], refused: [{ image: "ami-3", answer: { error: "no" } }] });
  });

  test("goes on after a refusal and says so", async () => {
    const { exitCode, called, said } = await adopt(true, ["ami-3"]);

    expect(exitCode).toBe(1);
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
