import {
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  EC2Client,
  RegisterImageCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { Place } from "../../functions/config/place.ts";
import { minute } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import type { RecordedCall } from "../aws/emulator.ts";
import { demand } from "./demand.ts";
import type { Stage } from "./stage.ts";

const There = z.object({
  place: z.string(),
  wanted: z.string().nullable(),
  image: z.string().nullable(),
  id: z.string().nullable(),
  state: z.string(),
  reasons: z.array(z.string()),
});
export type There = z.infer<typeof There>;

const Status = z.object({
  variants: z.array(z.object({ places: z.array(There) })),
  places: z.array(
    z.object({
      place: z.string(),
      unrecorded: z.array(z.string()).nullable(),
      copies: z.array(z.object({ id: z.string(), image: z.string(), decision: z.string() })).nullable(),
    }),
  ),
});

/** What `GET /` reports about the places: the channels of the first variant there, and the copies. */
export async function placesOf(stage: Stage, signal: AbortSignal) {
  const { variants, places } = Status.parse(await stage.get("/?images=none", signal));
  return { places, there: variants[0]?.places ?? [] };
}

/** How many steps of a quarter of an hour it may take. */
const patience = 12;

/**
 * Lets time pass until the channels of these places hold an image of home's.
 * @throws Error with what they wait for, if they never do
 */
export async function passUntilThere(
  stage: Stage,
  names: readonly string[],
  image: string,
  signal: AbortSignal,
): Promise<There[]> {
  for (let step = 0; step < patience; step++) {
    await stage.stack.idle(signal);
    const { there } = await placesOf(stage, signal);
    const own = there.filter(({ place }) => names.includes(place));
    if (own.every((one) => one.image === image)) return own;
    await stage.pass(15 * minute);
  }
  const { there } = await placesOf(stage, signal);
  const waits = there.map(({ place, image: held, reasons }) => `${place} holds ${held}: ${reasons.join("; ")}`);
  throw new Error(`${image} is not everywhere: ${waits.join(" | ")}`);
}

function placeNamed({ stack }: Stage, name: string): Place {
  const found = stack.configuration.places.find((place) => place.name === name);
  if (!found) throw new Error(`there is no place ${name}`);
  return found;
}

/** A client of a place, as a person of its account has it. */
async function clientIn(stage: Stage, name: string): Promise<EC2Client> {
  const { account, region } = placeNamed(stage, name);
  const { url: endpoint, credentials } = stage.stack.emulator;
  return new EC2Client({
    endpoint,
    region,
    credentials: account === undefined ? credentials : await stage.stack.emulator.account(account),
  });
}

/** Somebody in a place registers an image with the tags of a copy. */
export async function forgeCopy(stage: Stage, name: string, source: string): Promise<string> {
  const ec2 = await clientIn(stage, name);
  const tags = { stage: "rehearsal", variant: stage.stack.configuration.variants[0]?.name ?? "", place: name, source };
  const Tags = Object.entries(tags).map(([key, Value]) => ({ Key: `${tagPrefix}${key}`, Value }));
  const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: `forged ${source}` }));
  await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
  ec2.destroy();
  return ImageId;
}

/** A launch template in a place names the image, until the returned function deletes it. */
export async function useThere(stage: Stage, name: string, image: string): Promise<() => Promise<void>> {
  const ec2 = await clientIn(stage, name);
  const LaunchTemplateName = `nodes-on-${image}`;
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId: image } }));
  return async () => {
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName }));
    ec2.destroy();
  };
}

/** Whether the place's account can see the image. */
export async function isSeenIn(stage: Stage, name: string, image: string): Promise<boolean> {
  const ec2 = await clientIn(stage, name);
  const Filters = [{ Name: "image-id", Values: [image] }];
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Filters }));
  ec2.destroy();
  return Images.length > 0;
}

/** EC2's word for an image of home's. */
export async function stateOf({ stack: { emulator } }: Stage, image: string): Promise<string> {
  const { url: endpoint, region, credentials } = emulator;
  const ec2 = new EC2Client({ endpoint, region, credentials });
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image], IncludeDisabled: true }));
  ec2.destroy();
  return Images[0]?.State ?? "gone";
}

/** Whether a call shares an image no more. */
export function takesBack(image: string): (call: RecordedCall) => boolean {
  return ({ parameters }) => parameters.ImageId === image && JSON.stringify(parameters).includes('"Remove"');
}

/** The stack's time of the last call of an operation about an image that succeeded, in milliseconds since the epoch. */
export async function lastCall(stage: Stage, operation: string, isAbout: (call: RecordedCall) => boolean) {
  const calls = await stage.stack.emulator.calls();
  const last = calls.findLast((call) => call.operation === operation && call.status < 400 && isAbout(call));
  if (!last) throw new Error(`nobody called ${operation}`);
  return Date.parse(last.time);
}

/** That subscribers were told of a place in this way. */
export function demandTold({ stack }: Stage, kind: string, place: string): void {
  const told = stack.inbox.notifications().filter((one) => one.kind === kind && one.text.includes(place));
  demand(`${kind}: ${told.length}`, new RegExp(`^${kind}: [1-9]`));
}
