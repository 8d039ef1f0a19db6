import { beforeAll, describe, expect, test } from "vitest";
import { type Played, play, rehearse } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";
const stable = `/eks-windows-images/rehearsal/channels/${variant}/stable`;

describe("The rehearsal of the repository's configuration", () => {
  let story: Played;

  beforeAll(async () => {
    story = await play();
  });

  test("succeeds and prints one JSON object and nothing else", () => {
    expect(story.rehearsal.ok).toBe(true);
    expect(Object.keys(story.rehearsal)).toEqual([
      "ok",
      "seconds",
      "parts",
      "acts",
      "parameters",
      "permissions",
      "logs",
    ]);
  });

  test("made only calls that the deployed policies allow, and the policies allow nothing unexplained", () => {
    const { permissions } = story.rehearsal;
    expect(permissions).toMatchObject({ denied: [], unexplained: [] });
    expect(permissions?.calls).toBeGreaterThan(1000);
    expect(permissions?.actions).toBeGreaterThan(35);
  });

  test("ran on the pinned tools", () => {
    const { parts } = story.rehearsal;
    expect(parts).toMatchObject({ packer: "1.16.0", amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" });
    expect(parts.node).toMatch(/^24\./);
  });

  test("played all acts in order", () => {
    expect(story.rehearsal.acts.map(({ act }) => act)).toEqual([
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
  ])("%s: one build for its own reason is published, and subscribers are notified", (name, trigger, reasons) => {
    const act = story.act(name, variant);
    expect(act).toMatchObject({ trigger, variant, builds: 1, harvests: 0, published: true, notified: true });
    expect(act.image).toMatch(/^ami-[a-f0-9]+$/);
    expect(act.reasons).toEqual(reasons.map((reason) => expect.stringMatching(reason)));
  });

  test("every image replaced the previous one", () => {
    const published = story.rehearsal.acts.filter((act) => act.published);
    expect(published.map(({ previous }) => previous)).toEqual([
      null,
      ...published.slice(0, -1).map(({ image }) => image),
    ]);
  });

  test("without a change, no trigger leads to a build or a notification", () => {
    const quiet = { builds: 0, image: null, published: false, notified: false, notifications: [] };
    expect(story.act("nothing changed", variant)).toMatchObject(quiet);
  });

  test("an image that fails its proof is not published, and subscribers are notified", () => {
    const { image, ...bad } = story.act("bad image", variant);
    expect(bad).toMatchObject({ builds: 1, published: false, notified: true });
    expect(image).toMatch(/^ami-/);
    expect(story.rehearsal.parameters[stable]).toBe(story.act("manual", variant).image);
    expect(Object.values(story.rehearsal.parameters)).not.toContain(image);
  });
});

describe("An invalid command line", () => {
  test.each([
    ["an act that does not exist", ["--act", "encore"], ['the story main has no act "encore"', '"Patch Tuesday"']],
    ["an act of another story", ["--act", "revoke"], ['the story main has no act "revoke"', "safety: "]],
    ["a story that does not exist", ["--story", "hamlet"], ['unknown story "hamlet"', "main, safety, families"]],
  ])("is answered with the valid values: %s", async (_, args, expected) => {
    const { errors, status, output } = await rehearse(...args, "--json");
    expect(status).toBe(2);
    expect(output).toBe("");
    for (const part of expected) expect(errors).toContain(part);
  });
});
