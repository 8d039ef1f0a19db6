import { DeregisterImageCommand, EC2Client } from "@aws-sdk/client-ec2";
import { minute } from "../../functions/config/time.ts";
import { poll, whileMoving } from "../stack/stall.ts";
import { demand } from "./demand.ts";
import { fastLaunchOf } from "./holdings.ts";
import type { Stage } from "./stage.ts";
import { statusOf, type VariantStatus } from "./status.ts";

/** Longer than EC2 takes in the emulator to make the snapshots of an image, or to remove them. */
const longEnough = 31 * minute;

/**
 * EC2 finishes what it has begun. No schedule fires meanwhile: only EC2's events wake reconcile.
 * @param state what the image has then, in EC2's words; `none` if nothing
 */
export async function awsFinishes(stage: Stage, image: string, state: string, signal: AbortSignal): Promise<void> {
  const from = stage.stack.logs.length;
  skip(stage, longEnough);
  // The emulator moves on with the next call.
  demand((await fastLaunchOf(stage.stack))[image] ?? "none", new RegExp(`^${state}$`));
  await stage.stack.idle(signal);
  const event = state === "none" ? "disabled" : state;
  const triggers = stage.stack.logs.slice(from).map(({ record }) => JSON.stringify(record?.trigger ?? ""));
  demand(triggers.join("\n"), new RegExp(`"fast-launch","about":"${image} ${event}"`));
}

/** Waits until reconcile has asked EC2 to make an image's snapshots, or to remove them. */
export async function awsBegins(
  { stack }: Stage,
  image: string,
  state: "enabling" | "disabling",
  signal: AbortSignal,
): Promise<void> {
  const isSo = async () => (await fastLaunchOf(stack))[image] === state;
  await whileMoving(stack.events, `the Fast Launch of ${image} is ${state}`, (ends) => poll(isSo, ends), { signal });
  await stack.idle(signal);
}

/** Time passes in which no schedule fires. */
export function skip({ stack }: Stage, milliseconds: number): void {
  stack.clock.advanceBy(milliseconds);
}

/** As a person does it who knows nothing of its snapshots. */
export async function deregister({ stack: { emulator } }: Stage, image: string): Promise<void> {
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  await ec2.send(new DeregisterImageCommand({ ImageId: image }));
  ec2.destroy();
}

/** What `GET /` reports about an image of the first variant. */
export async function imageStatus(
  stage: Stage,
  image: string,
  signal: AbortSignal,
): Promise<VariantStatus["images"][number]> {
  const found = (await statusOf(stage, signal)).images.find((one) => one.image === image);
  if (!found) throw new Error(`the status has no image ${image}`);
  return found;
}

/** What `GET /plan` says about an image: `enable-fast-launch: stable holds it`, or `nothing`. */
export async function plannedFor(stage: Stage, image: string, signal: AbortSignal): Promise<string> {
  const { actions } = (await stage.get("/plan", signal)) as {
    actions: { do: string; image?: string; reasons?: string[] }[];
  };
  const own = actions.filter((action) => action.image === image);
  return own.map(({ do: what, reasons = [] }) => [what, ...reasons].join(": ")).join("\n") || "nothing";
}
