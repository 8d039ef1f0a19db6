import { CreateLaunchTemplateCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { day, hour } from "../../functions/config/time.ts";
import type { Variant } from "../../functions/config/variant.ts";
import { firstPatch, releaseKubernetes } from "../aws/kubernetes-releases.ts";
import { type PublicImage, publishImage } from "../aws/public-images.ts";
import { signedFetch } from "../lambda/signed-fetch.ts";
import type { Fired } from "../schedules/schedules.ts";
import type { Stack } from "../stack/stack.ts";
import { proofFailing } from "../steps/step-failures.ts";

/** The parts of an answer that are for people; of the status, what becomes of each channel. */
const Said = z
  .looseObject({
    message: z.string().optional(),
    error: z.string().optional(),
    variants: z.array(z.object({ channels: z.record(z.string(), z.object({ outlook: z.string() })) })).default([]),
  })
  .transform(({ message, error, variants }) => {
    const outlooks = variants.flatMap(({ channels }) => Object.values(channels).map(({ outlook }) => outlook));
    return message ?? error ?? outlooks.join("; ");
  });

/** A signed call of the function URL and what was answered. */
export interface Called {
  /** `POST /rollback` */
  call: string;
  status: number;
  /** What the answer says to people: its message, what was wrong, or what becomes of the channels. */
  said: string;
}

/** What the story can do to the world around the service; times in milliseconds. */
export interface Stage {
  stack: Stack;
  /** All calls so far. */
  calls: readonly Called[];
  /** Time passes, and every schedule that falls into it fires. */
  pass(milliseconds: number): Promise<Fired[]>;
  /** Time passes until a schedule sends this trigger, in the words of `functions/trigger.ts`; without one, until any schedule fires. */
  passTo(trigger?: string): Promise<Fired[]>;
  /** AWS releases new images for the base families of these variants. */
  releaseBaseAmis(variants: readonly Variant[]): Promise<void>;
  /** Kubernetes releases the next patch of every minor in use, and EKS runs it. */
  releaseKubernetes(): void;
  /** A signed call of the function URL, with its JSON answer, whatever it is. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>;
  /** Somebody's launch template names the image. */
  useImage(image: string): Promise<void>;
  /** Everything that ever triggers comes once more: doubled, late, early, out of order, and something nobody knows. */
  repeatTriggers(): Promise<void>;
  /** From now on no image proves itself; or so many do not. */
  spoilProofs(times?: number): void;
}

/** Puts the stack onto the stage. */
export function setStage(stack: Stack): Stage {
  const { emulator, clock, configuration, deployment } = stack;
  const aws = { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
  const calls: Called[] = [];
  let patch = firstPatch;

  async function pass(milliseconds: number): Promise<Fired[]> {
    const from = clock.now();
    clock.advanceTo(new Date(from.getTime() + milliseconds));
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
    const MessageBody = "a message that nobody knows";
    await new SQSClient(aws).send(new SendMessageCommand({ QueueUrl: deployment.queue.url, MessageBody }));
  }

  async function call(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<unknown> {
    const caller = { credentials: emulator.credentials, region: emulator.region, now: clock.now };
    const url = new URL(path, stack.functions.url);
    const response = await signedFetch(url, caller, { method, body: body && JSON.stringify(body), signal });
    const answer: unknown = await response.json();
    calls.push({ call: `${method} ${path}`, status: response.status, said: Said.parse(answer) });
    stack.events.emit("change", `${method} ${path} was answered`);
    return answer;
  }

  return {
    stack,
    calls,
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
      releaseKubernetes(stack.upstream, configuration, patch);
    },
    get: (path, signal) => call("GET", path, undefined, signal),
    post: (path, body, signal) => call("POST", path, body, signal),
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

function publicImage({ windows, edition, base, kubernetes }: Variant): PublicImage {
  return base === "EKS_Optimized" ? { windows, edition, base, kubernetes } : { windows, edition, base };
}

/** Milliseconds past the distance that two builds of a variant keep. */
export function restBetweenBuilds({ stack }: Stage): number {
  return stack.configuration.policies.minInterval + hour;
}
