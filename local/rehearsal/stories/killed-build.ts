import { CodeBuildClient, StopBuildCommand } from "@aws-sdk/client-codebuild";
import { minute } from "../../../functions/config/time.ts";
import { poll, whileMoving } from "../../stack/stall.ts";
import type { Act } from "../act.ts";
import { demand } from "../demand.ts";
import { leftBehind } from "../left-behind.ts";
import { newBase, type Stage } from "../stage.ts";

/** CodeBuild kills a build while its machine runs. Packer cleans nothing up, and the sweep removes what is left. */
export const killedBuild: Act = {
  name: "killed build",
  trigger: "base-ami",
  expects: { builds: 1, killed: true, candidate: "same", stable: "same", notifications: [] },
  reason: /^baseAmi /,
  async play(stage, signal) {
    await newBase(stage);
    await killBuild(stage, signal);
    await stage.stack.idle(signal);
    await demandLeft(stage, /^the instance .*; the volume .*; the key pair \S+ is left behind$/);
    // The first run terminates the instance, the next one deletes what it held.
    await stage.pass(31 * minute);
    await stage.stack.idle(signal);
    await demandLeft(stage, /^the key pair \S+ is left behind$/);
    await stage.passTo("base-ami");
    await stage.stack.idle(signal);
    await demandLeft(stage, /^nothing$/);
  },
};

/** Kills the running build as CodeBuild does, without a signal, as soon as its machine runs. */
async function killBuild({ stack }: Stage, signal: AbortSignal): Promise<void> {
  const { emulator, codebuild } = stack;
  const hasMachine = async () => (await leftBehind(emulator)).some((one) => /instance .* running$/.test(one));
  await whileMoving(stack.events, "a build's machine runs", (ends) => poll(hasMachine, ends), { signal });
  const client = new CodeBuildClient({ ...emulator, endpoint: codebuild.url });
  await client.send(new StopBuildCommand({ id: codebuild.builds().at(-1)?.id }));
  client.destroy();
  await whileMoving(stack.events, "the build has ended", codebuild.ended, { signal });
}

async function demandLeft({ stack }: Stage, pattern: RegExp): Promise<void> {
  demand((await leftBehind(stack.emulator)).join("; ") || "nothing", pattern);
}
