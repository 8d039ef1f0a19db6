import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CreateLaunchTemplateVersionCommand, DescribeInstancesCommand, type Instance } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { type Fleets, startFleets } from "../../../local/aws/fleets/fleets.ts";
import { startUpstream, type Upstream } from "../../../local/aws/upstream.ts";
import { readApiModel } from "./api-model.ts";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";
import { createTemplate } from "./launch-template.ts";

/** The stand-in on an emulator, with clients that compare each answer with AWS's own model of the API. */
export interface FleetsWorkshop extends EmulatorWorkshop {
  fleets: Fleets;
  upstream: Upstream;
  eks: EKSClient;
  autoScaling: AutoScalingClient;
  /** The operations that have answered. */
  answered: Set<string>;
  /** Jumps over so many minutes. */
  pass(minutes: number): Promise<void>;
  /** Creates a launch template with one version for each of these images. Resolves with its ID. */
  template(...images: string[]): Promise<string>;
  /** The instances with this tag that live, oldest first. */
  nodes(tag: string, value: string): Promise<{ image: string; launched: string; instance: Instance }[]>;
}

/** Between the network and the client's own deserializer. */
const beforeReading = { step: "deserialize", priority: "low" } as const;

export async function openFleetsWorkshop(): Promise<FleetsWorkshop> {
  const emulated = await openWorkshop();
  const { emulator, clock, ec2, tools, access } = emulated;
  const upstream = await startUpstream(() => clock.now());
  const fleets = await startFleets({ emulator, now: () => clock.now(), clusterVersions: upstream.eksUrl });
  const eks = new EKSClient({ ...access, endpoint: fleets.eksUrl, maxAttempts: 1 });
  const autoScaling = new AutoScalingClient({ ...access, endpoint: fleets.autoScalingUrl, maxAttempts: 1 });
  const answered = new Set<string>();

  function comparing(service: "eks" | "autoscaling") {
    const model = readApiModel(tools.python, service);
    return <Given, Result extends { response: unknown }>(
      next: (given: Given) => Promise<Result>,
      { commandName = "" }: { commandName?: string },
    ) =>
      async (given: Given) => {
        const result = await next(given);
        const response = result.response as { statusCode: number; body: Readable };
        const body = await buffer(response.body);
        response.body = Readable.from([body]);
        const operation = commandName.replace(/Command$/, "");
        const complaints = model.complaints({ operation, status: response.statusCode, body: body.toString() });
        if (complaints.length > 0) throw new Error(`AWS does not answer so: ${complaints.join("; ")}\n${body}`);
        answered.add(operation);
        return result;
      };
  }
  eks.middlewareStack.add(comparing("eks"), beforeReading);
  autoScaling.middlewareStack.add(comparing("autoscaling"), beforeReading);

  return {
    ...emulated,
    fleets,
    upstream,
    eks,
    autoScaling,
    answered,
    async pass(minutes) {
      clock.advanceBy(minutes * 60_000);
      await fleets.catchUp();
    },
    async template(first = "", ...others) {
      const LaunchTemplateId = await createTemplate(emulated, { ImageId: first, InstanceType: "m7i.large" });
      for (const ImageId of others)
        await ec2.send(
          new CreateLaunchTemplateVersionCommand({
            LaunchTemplateId,
            SourceVersion: "1",
            LaunchTemplateData: { ImageId },
          }),
        );
      return LaunchTemplateId;
    },
    async nodes(tag, value) {
      const { Reservations = [] } = await ec2.send(
        new DescribeInstancesCommand({
          Filters: [
            { Name: `tag:${tag}`, Values: [value] },
            { Name: "instance-state-name", Values: ["pending", "running"] },
          ],
        }),
      );
      return Reservations.flatMap(({ Instances = [] }) => Instances)
        .map((instance) => ({
          image: instance.ImageId ?? "",
          launched: instance.LaunchTime?.toISOString() ?? "",
          instance,
        }))
        .toSorted((one, other) => one.launched.localeCompare(other.launched));
    },
    async stop() {
      await fleets.stop();
      await upstream.stop();
      await emulated.stop();
    },
  };
}
