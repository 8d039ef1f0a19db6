import { hour } from "../../../functions/config/time.ts";
import { nothing, type Story } from "../act.ts";
import { demand } from "../demand.ts";
import { fleetOf, letTell, passUntil, runs } from "../fleet-watch.ts";
import type { Stage } from "../stage.ts";

const reason = "rehearsal";
const rolled = ["staging", "production", "batch"];

/**
 * Nodes get what the channels hold: staging first, production after it and in its window, and both go back from a bad
 * image. No build runs: images are ready, with the records of build and proof, and upstream does not answer.
 */
export const fleets: Story = {
  config: "local/rehearsal/stories/fleets.config.ts",
  playsPart: true,
  windowSeconds: 0.2,
  acts: [
    {
      name: "first image",
      trigger: "base-ami",
      expects: {
        ...nothing,
        candidate: "new",
        stable: "new",
        notifications: ["published/candidate", "published/stable", "rollout-waits"],
      },
      async play(stage, signal) {
        stage.stack.upstream.unanswering(true);
        await ready(stage);
        await stage.passTo("base-ami");
        const { starts } = await passUntil(stage, "batch", (fleet) => fleet.starts !== null, signal);
        await addPool(stage, starts);
        for (const name of ["staging", "production"])
          demand((await fleetOf(stage, name, signal)).reasons.join("; "), /first rollout waits for a person/);
      },
    },
    {
      name: "first rollouts",
      trigger: "manual",
      expects: { ...nothing, notifications: ["rollout-begun", "rollout-done"] },
      async play(stage, signal) {
        const image = stage.readied.at(-1)?.image;
        for (const fleet of ["staging", "production"]) await stage.post("/rollout", { fleet, reason }, signal);
        for (const fleet of rolled) await passUntil(stage, fleet, runs(image), signal);
        await letTell(stage, signal);
      },
    },
    {
      name: "staging first",
      trigger: "base-ami",
      expects: {
        ...nothing,
        candidate: "new",
        stable: "new",
        notifications: ["published/candidate", "rollout-begun", "published/stable", "rollout-waits"],
      },
      async play(stage, signal) {
        const image = await ready(stage);
        await stage.passTo("base-ami");
        await passUntil(stage, "staging", runs(image), signal);
        await passUntil(stage, "batch", ({ desired }) => desired === image, signal);
        await stage.post("/rollout", { fleet: "batch", reason }, signal);
        await passUntil(stage, "batch", runs(image), signal);
        const { reasons } = await passUntil(stage, "production", ({ desired }) => desired === image, signal);
        demand(reasons.join("; "), /staging must be healthy for its time \(after\).*outside the window/);
      },
    },
    {
      name: "production in its window",
      trigger: "base-ami",
      expects: { ...nothing, notifications: ["rollout-begun", "rollout-done"] },
      async play(stage, signal) {
        const { lastRollout } = await passUntil(stage, "production", runs(stage.readied.at(-1)?.image), signal);
        // 22:00 to 04:00 in Berlin, in summer and in winter.
        demand(lastRollout?.at, /T(2[0-3]|0[0-2]):/);
        await letTell(stage, signal);
      },
    },
    {
      name: "bad image in the middle",
      trigger: "manual",
      expects: {
        ...nothing,
        candidate: { of: "staging first" },
        stable: { of: "staging first" },
        notifications: ["revoked", "fleet-revoked", "rolled-back/candidate", "rolled-back/stable", "rollout-begun"],
        deprecated: ["bad image in the middle"],
      },
      async play(stage, signal) {
        const good = stage.readied.at(-1)?.image;
        const bad = await ready(stage);
        await stage.passTo("base-ami");
        await passUntil(stage, "production", ({ desired }) => desired === bad, signal);
        await stage.post("/rollout", { fleet: "production", reason }, signal);
        await passUntil(
          stage,
          "production",
          ({ state, nodes }) => state === "running" && (nodes ?? []).length > 1,
          signal,
        );
        await stage.post("/revoke", { image: bad, reason }, signal);
        for (const fleet of rolled) await passUntil(stage, fleet, runs(good), signal);
      },
    },
    {
      name: "stuck drain",
      trigger: "base-ami",
      expects: {
        ...nothing,
        candidate: "new",
        stable: "new",
        notifications: ["published/candidate", "rollout-begun", "rollout-stuck", "published/stable", "rollout-done"],
      },
      async play(stage, signal) {
        const release = stage.stack.fleets.stall("windows");
        const image = await ready(stage);
        await stage.passTo("base-ami");
        await passUntil(stage, "staging", ({ state }) => state === "running", signal);
        await stage.pass(7 * hour);
        await stage.stack.idle(signal);
        demand((await fleetOf(stage, "staging", signal)).reasons.join("; "), /longer than stuckAfter/);
        release();
        await passUntil(stage, "staging", runs(image), signal);
        await letTell(stage, signal);
      },
    },
    {
      name: "only watched",
      trigger: "none",
      expects: nothing,
      async play(stage, signal) {
        const { nodes, nodesBehind, lastRollout } = await fleetOf(stage, "tools", signal);
        demand(`${nodes?.length} image, ${nodesBehind} nodes behind, rolled: ${lastRollout}`, /^1 image, 3 .* null$/);
        demand(JSON.stringify(await stage.get("/plan", signal)), /"fleet":"tools".*it is only watched/);
      },
    },
  ],
};

async function ready(stage: Stage): Promise<string> {
  const [variant] = stage.stack.configuration.variants;
  return stage.readyImage(variant?.name ?? "");
}

/** Karpenter's pool follows the fleet's own parameter, which the service has made. */
async function addPool({ stack }: Stage, starts: string | null): Promise<void> {
  if (starts === null) throw new Error("the fleet batch has no parameter");
  const parameter = `${stack.deployment.channelsPrefix.replace(/channels$/, "fleets")}/batch`;
  await stack.fleets.addKarpenterPool({ name: "batch", nodes: 2, cluster: "staging", parameter });
}
