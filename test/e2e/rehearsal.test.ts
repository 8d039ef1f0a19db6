import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { ActResult } from "../../local/rehearsal/act-result.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const variant = "windows-2022-core-1.35";
const stable = `/eks-windows-images/rehearsal/channels/${variant}/stable`;

async function rehearse(...args: string[]) {
  const child = spawn(process.execPath, ["local/rehearse.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  return { output, errors, status };
}

describe("the rehearsal of the repository's configuration", () => {
  let acts: Record<string, ActResult> = {};
  let rehearsal: { ok: boolean; parts: Record<string, string>; acts: ActResult[]; parameters: Record<string, string> };
  let run: Awaited<ReturnType<typeof rehearse>>;

  beforeAll(async () => {
    run = await rehearse("--json");
    rehearsal = JSON.parse(run.output);
    acts = Object.fromEntries(rehearsal.acts.map((act) => [act.act, act]));
  }, 10 * 60_000);

  test("succeeds and prints one JSON object and nothing else", () => {
    expect(run.errors).toBe("");
    expect(run.status).toBe(0);
    expect(rehearsal.ok).toBe(true);
    expect(Object.keys(rehearsal)).toEqual(["ok", "seconds", "parts", "acts", "parameters"]);
  });

  test("ran on the pinned parts", () => {
    expect(rehearsal.parts).toMatchObject({ packer: "1.16.0", amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" });
    expect(rehearsal.parts.node).toMatch(/^24\./);
  });

  test("played all acts in their order", () => {
    expect(rehearsal.acts.map(({ act }) => act)).toEqual([
      "first image",
      "base AMI",
      "Patch Tuesday",
      "Kubernetes",
      "manual",
      "nothing changed",
      "bad image",
    ]);
  });

  test.each([
    ["first image", "base-ami", [/^first image of the variant$/]],
    ["base AMI", "base-ami", [/^baseAmi ami-\w+ → ami-\w+$/]],
    ["Patch Tuesday", "patch-tuesday", [/^patchTuesday 2026-10-13 → 2026-11-10$/]],
    ["Kubernetes", "kubernetes", [/^kubernetes 1\.35\.7 → 1\.35\.8$/]],
    ["manual", "manual", [new RegExp(`^request none → rehearsal-${variant}$`)]],
  ])("%s: one build for its reason, published, subscribers told", (name, trigger, reasons) => {
    const act = acts[name];
    expect(act).toMatchObject({ trigger, variant, builds: 1, published: true, notified: true });
    expect(act?.image).toMatch(/^ami-[a-f0-9]+$/);
    expect(act?.reasons).toEqual(reasons.map((reason) => expect.stringMatching(reason)));
  });

  test("every image replaced the one before", () => {
    const published = rehearsal.acts.filter((act) => act.published);
    expect(published.map(({ previous }) => previous)).toEqual([
      null,
      ...published.slice(0, -1).map(({ image }) => image),
    ]);
  });

  test("without a change there is no build and no mail, whatever triggers", () => {
    expect(acts["nothing changed"]).toMatchObject({ builds: 0, image: null, published: false, notified: false });
  });

  test("an image that does not prove itself is kept out, and subscribers are told", () => {
    expect(acts["bad image"]).toMatchObject({ builds: 1, published: false, notified: true });
    expect(acts["bad image"]?.image).toMatch(/^ami-/);
    expect(rehearsal.parameters[stable]).toBe(acts.manual?.image);
    expect(Object.values(rehearsal.parameters)).not.toContain(acts["bad image"]?.image);
  });
});

test("an act that does not exist is answered with those that do", async () => {
  const { errors, status, output } = await rehearse("--act", "encore", "--json");
  expect(status).toBe(2);
  expect(output).toBe("");
  expect(errors).toContain('there is no act "encore"');
  expect(errors).toContain('"Patch Tuesday"');
});
