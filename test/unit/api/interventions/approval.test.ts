import { describe, expect, test } from "vitest";
import { decideApprove } from "../../../../functions/api/interventions.ts";
import { core, day, hour, scene } from "../../../scene.ts";
import { ann, dryRun, reason, revoked } from "./caller.ts";

const byHand = { policies: { approval: "manual" } } as const;

test("an approval during a pause says that the channel waits for its end", () => {
  const story = scene({ policies: { approval: "manual" } })
    .published("ami-1")
    .image("ami-2")
    .later(2 * day)
    .pause();

  expect(decideApprove(story.world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
    outcome: "accepted",
    message: expect.stringContaining(`${core} is paused since`),
  });
});

describe("POST /approve", () => {
  test("approves an image, which still soaks, and the answer names the end of the soak", () => {
    const { world } = scene(byHand).published("ami-1").image("ami-2");

    const decision = decideApprove(world, { image: "ami-2", reason: "looks good", dryRun }, ann);

    expect(decision).toMatchObject({
      outcome: "accepted",
      write: { approved: `2026-11-04T12:00:00.000Z ${ann.by} looks good` },
      message: expect.stringContaining("stable holds ami-1 until 2026-11-05T11:00:00.000Z: ami-2 soaks"),
    });
  });

  test("lets stable take a soaked image in the next reconcile run", () => {
    const { world } = scene(byHand)
      .published("ami-1")
      .image("ami-2", { provedAt: ann.at - 25 * hour, createdAt: ann.at - 26 * hour });

    const decision = decideApprove(world, { image: "ami-2", reason, dryRun }, ann);

    expect(decision).toMatchObject({
      message: expect.stringContaining("stable takes ami-2 in the next reconcile run"),
    });
  });

  test("is refused if no approval is needed, and names the time when stable takes the image anyway", () => {
    const { world } = scene().published("ami-1").image("ami-2");

    expect(decideApprove(world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringMatching(/policies\.approval is none.*until 2026-11-05T11:00:00\.000Z: ami-2 soaks/),
    });
  });

  test("lets a slow image pass even if images need no approval, and may be repeated", () => {
    const story = scene({ policies: { soak: "1h", slowStart: { maxHold: "3d" } } })
      .usualStarts(200, 210, 220)
      .image("ami-2")
      .measured("ami-2", { start: 400 });

    expect(decideApprove(story.world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
      outcome: "accepted",
      message: expect.stringMatching(/candidate takes ami-2 .*; stable takes ami-2 /),
    });
    story.approve("ami-2");
    expect(story.publications()).toEqual({ candidate: "ami-2", stable: "ami-2" });
    expect(decideApprove(story.world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({ write: {} });
  });

  test.each([
    ["is not proved", { proof: undefined, provedAt: undefined }, "has not been proved yet"],
    ["failed its proof", { proof: "failed" }, "failed its proof"],
    ["is revoked", { revoked }, "is revoked: bad"],
    ["is disabled", { state: "disabled" }, "is disabled"],
    ["lacks a record of an input", { inputs: { baseAmi: "ami-0", kubernetes: "1.35.7" } }, "has no record of"],
  ] as const)("is refused for an image that %s, and lists the images that could be approved", (_, changes, why) => {
    const { world } = scene(byHand).published("ami-1").image("ami-2", changes);

    expect(decideApprove(world, { image: "ami-2", reason, dryRun }, ann)).toMatchObject({
      outcome: "refused",
      status: 409,
      why: expect.stringContaining(why),
      allowed: { image: ["ami-1"] },
    });
  });

  test("changes nothing if the image is already approved", () => {
    const { world } = scene(byHand).image("ami-1", { approved: revoked });

    expect(decideApprove(world, { image: "ami-1", reason, dryRun }, ann)).toMatchObject({
      outcome: "accepted",
      write: {},
    });
  });
});
