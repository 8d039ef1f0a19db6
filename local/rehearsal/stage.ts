import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Variant } from "../../functions/configuration.ts";
import { firstPatch, releaseKubernetes } from "../aws/kubernetes-releases.ts";
import { type PublicImage, publishImage } from "../aws/public-images.ts";
import { signedFetch } from "../lambda/signed-fetch.ts";
import type { Fired } from "../schedules/schedules.ts";
import type { Stack } from "../stack.ts";
import { proofFailing } from "../windows/results.ts";

/** What the story can do to the world around the service; times in milliseconds. */
export interface Stage {
  stack: Stack;
  /** Time passes, and every schedule that falls into it fires. */
  pass(milliseconds: number): Promise<Fired[]>;
  /** Time passes until a schedule sends this trigger, in the words of `functions/trigger.ts`; without one, until any schedule fires. */
  passTo(trigger?: string): Promise<Fired[]>;
  /** AWS releases new images for the base families of these variants. */
  releaseBaseAmis(variants: readonly Variant[]): Promise<void>;
  /** Kubernetes releases the next patch of every minor in use, and EKS runs it. */
  releaseKubernetes(): void;
  /** A signed call of the function URL; throws on any answer but a good one. */
  post(path: string, body: object, signal: AbortSignal): Promise<unknown>;
  /** Everything that ever triggers comes once more: doubled, late, out of order, and something nobody knows. */
  repeatTriggers(): Promise<void>;
  /** From now on no image proves itself. */
  spoilProofs(): void;
}

/** Puts the stack onto the stage. */
export function setStage(stack: Stack): Stage {
  const { emulator, clock, configuration, deployment } = stack;
  const aws = { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
  let patch = firstPatch;

  async function pass(milliseconds: number): Promise<Fired[]> {
    const from = clock.now();
    clock.advanceTo(new Date(from.getTime() + milliseconds));
    return stack.schedules.fire(from, clock.now());
  }

  async function repeatTriggers(): Promise<void> {
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

  return {
    stack,
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
    async post(path, body, signal) {
      const caller = { credentials: emulator.credentials, region: emulator.region, now: clock.now };
      const url = new URL(path, stack.functions.url);
      const response = await signedFetch(url, caller, { method: "POST", body: JSON.stringify(body), signal });
      if (!response.ok) throw new Error(`calling ${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    repeatTriggers,
    spoilProofs() {
      const findings = [{ name: "containerd-runs", detail: "the service containerd is Stopped" }];
      stack.machines.behave({ step: "10-checks", ...proofFailing(findings) });
    },
  };
}

function publicImage({ windows, edition, base, kubernetes }: Variant): PublicImage {
  return base === "EKS_Optimized" ? { windows, edition, base, kubernetes } : { windows, edition, base };
}
