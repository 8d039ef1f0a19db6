import { CreateLaunchTemplateCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { day, hour, second } from "../../functions/config/time.ts";
import type { Variant } from "../../functions/config/variant.ts";
import { tagDelaySeconds } from "../../functions/domain/trigger.ts";
import { firstPatch, releaseKubernetes } from "../aws/kubernetes-releases.ts";
import { type PublicImage, publishImage } from "../aws/public-images.ts";
import { signedFetch } from "../lambda/signed-fetch.ts";
import { proofFailing } from "../recordings/failures.ts";
import type { Fired } from "../schedules/schedules.ts";
import type { Stack } from "../stack/stack.ts";
import { type Measured, readyImage } from "./ready-image.ts";

/** The readable part of an answer; for the status, the explanation of each channel. */
const AnswerText = z
  .looseObject({
    message: z.string().optional(),
    error: z.string().optional(),
    variants: z.array(z.object({ channels: z.record(z.string(), z.object({ outlook: z.string() })) })).default([]),
  })
  .transform(({ message, error, variants }) => {
    const outlooks = variants.flatMap(({ channels }) => Object.values(channels).map(({ outlook }) => outlook));
    return message ?? error ?? outlooks.join("; ");
  });

/** A signed call of the function URL and its answer. */
export interface Called {
  /** Such as `POST /rollback`. */
  call: string;
  status: number;
  /** The answer's message, its error, or the explanation of the channels. */
  message: string;
}

/** What a story can do to the world around the service. Times are in milliseconds. */
export interface Stage {
  stack: Stack;
  /** All signed calls so far. */
  calls: readonly Called[];
  /** What was awaited in vain until the next schedule came. */
  lostTriggers: string[];
  /** Advances the clock and fires every schedule that is due in that time. */
  pass(milliseconds: number): Promise<Fired[]>;
  /**
   * Advances the clock until a schedule sends this trigger (in the words of `functions/domain/trigger.ts`); by default,
   * any trigger.
   */
  passTo(trigger?: string): Promise<Fired[]>;
  /** Lets AWS release new images for the base families of these variants. */
  releaseBaseAmis(variants: readonly Variant[]): Promise<void>;
  /** Lets Kubernetes release the next patch of every minor in use, and EKS adopt it. */
  releaseKubernetes(): void;
  /** Makes a signed call of the function URL. Resolves with the JSON answer for any HTTP status. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** If the call is accepted, the clock advances past the delay of its trigger. */
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>;
  /** Registers an image as a build and its proof leave it, which has measured this of it. Resolves with its ID. */
  readyImage(variant: string, measured?: Measured): Promise<string>;
  /** The images that were registered so far. */
  readied: readonly { variant: string; image: string }[];
  /** Creates a launch template that names the image. */
  useImage(image: string): Promise<void>;
  /**
   * Repeats every trigger: doubled, late, early and out of order, together with a message that the service does not
   * know.
   */
  repeatTriggers(): Promise<void>;
  /** Lets the next `times` proofs fail; all of them without a number. */
  spoilProofs(times?: number): void;
}

export function setStage(stack: Stack): Stage {
  const { emulator, clock } = stack;
  const aws = { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
  const calls: Called[] = [];
  const readied: { variant: string; image: string }[] = [];
  let patch = firstPatch;

  async function pass(milliseconds: number): Promise<Fired[]> {
    const from = clock.now();
    clock.advanceBy(milliseconds);
    return stack.schedules.fire(from, clock.now());
  }

  async function repeatTriggers(): Promise<void> {
    await stack.schedules.fire(clock.now(), new Date(clock.now().getTime() + 40 * day));
    await stack.schedules.fire(new Date(0), clock.now());
    const past = (await emulator.events()).filter(({ rules }) => rules.length > 0);
    const bridge = new EventBridgeClient(aws);
    for (const source of new Set(past.map((event) => event.source))) {
      const last = past.findLast((event) => event.source === source);
      const Entries = [{ Source: source, DetailType: last?.detailType, Detail: JSON.stringify(last?.detail) }];
      await bridge.send(new PutEventsCommand({ Entries }));
    }
    const MessageBody = "a message that the service does not know";
    await new SQSClient(aws).send(new SendMessageCommand({ QueueUrl: stack.deployment.queue.url, MessageBody }));
  }

  async function call(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<unknown> {
    const caller = { credentials: emulator.credentials, region: emulator.region, now: clock.now };
    const url = new URL(path, stack.functions.url);
    const response = await signedFetch(url, caller, { method, body: body && JSON.stringify(body), signal });
    const answer: unknown = await response.json();
    calls.push({ call: `${method} ${path}`, status: response.status, message: AnswerText.parse(answer) });
    stack.events.emit("change", `${method} ${path} was answered`);
    if (response.status === 202) await pass(tagDelaySeconds * second);
    return answer;
  }

  return {
    stack,
    calls,
    lostTriggers: [],
    pass,
    async passTo(trigger) {
      const now = clock.now();
      const next = await stack.schedules.nextAfter(now, trigger);
      return pass(next.getTime() - now.getTime());
    },
    async releaseBaseAmis(variants) {
      const images = new Map(variants.map((variant) => [JSON.stringify(publicImage(variant)), publicImage(variant)]));
      for (const image of images.values()) await publishImage(emulator, image, clock.now());
    },
    releaseKubernetes() {
      patch += 1;
      releaseKubernetes(stack.upstream, stack.configuration, patch);
    },
    get: (path, signal) => call("GET", path, undefined, signal),
    post: (path, body, signal) => call("POST", path, body, signal),
    readied,
    async readyImage(variant, measured) {
      const image = await readyImage(stack, variant, measured);
      readied.push({ variant, image });
      return image;
    },
    async useImage(image) {
      const ec2 = new EC2Client(aws);
      const LaunchTemplateName = `nodes-on-${image}`;
      await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: { ImageId: image } }));
      ec2.destroy();
    },
    repeatTriggers,
    spoilProofs(times) {
      const findings = [{ name: "containerd-runs", detail: "the service containerd is Stopped" }];
      stack.machines.behave({ step: "10-checks", ...(times && { times }), ...proofFailing(findings) });
    },
  };
}

export function publicImage({ windows, edition, base, kubernetes }: Variant): PublicImage {
  return base === "EKS_Optimized" ? { windows, edition, base, kubernetes } : { windows, edition, base };
}

/** A time in milliseconds after which a variant may be built again. */
export function restBetweenBuilds({ stack }: Stage): number {
  return stack.configuration.policies.minInterval + hour;
}

/** AWS releases new base images, and the next schedule finds them. */
export async function newBase(stage: Stage): Promise<void> {
  await stage.pass(restBetweenBuilds(stage));
  await stage.releaseBaseAmis(stage.stack.configuration.variants);
  await stage.passTo("base-ami");
}
