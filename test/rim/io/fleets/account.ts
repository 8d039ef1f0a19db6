import { type ConfigurationInput, parseConfiguration } from "../../../../functions/config/configuration.ts";
import { historiesIn } from "../../../../functions/domain/fleet-records.ts";
import type { ObservedFleet } from "../../../../functions/domain/observed-fleet.ts";
import type { World } from "../../../../functions/domain/world.ts";
import { readFleets } from "../../../../functions/io/fleets/observe-fleets.ts";
import { ServiceError } from "../../../memory-aws/account.ts";
import { accountOf, environmentOf } from "../../../memory-aws/from-world.ts";
import { groupTag, type NodesGroup } from "../../../memory-aws/groups.ts";
import { perform } from "../../../memory-aws/operations.ts";
import { redirectClients } from "../../../simulation/clients.ts";
import { exceptionOf } from "../../../simulation/errors.ts";
import { core, newWorld } from "../../../world.ts";

type FleetInput = NonNullable<ConfigurationInput["fleets"]>[number];

/** A call of AWS: `eks DescribeNodegroup`. */
export type Answer = (call: string, input: never, answer: () => object) => object;

/** An image of AWS's own, from which the groups start. */
export const presentImage = "ami-00000000000000aaa";

/** An account in memory with groups, which this process's clients of the SDK reach, and what they asked for. */
export function fleetAccount(world: World = newWorld({}, "2026-11-30T12:00:00Z")) {
  const account = Object.assign(accountOf(world), { now: () => world.now });
  const environment = environmentOf(world);
  const calls: string[] = [];
  let change: Answer = (_call, _input, answer) => answer();
  account.images.set(presentImage, {
    ImageId: presentImage,
    Name: "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14",
    State: "available",
    CreationDate: "2026-10-14T00:00:00.000Z",
  });
  redirectClients(async (service, operation, input) => {
    const call = `${service} ${operation}`;
    calls.push(call);
    try {
      return change(call, input as never, () => perform(account, service, operation, input));
    } catch (error) {
      throw error instanceof ServiceError ? exceptionOf(service, error.code, error.message) : error;
    }
  });
  return {
    account,
    environment,
    world,
    calls,
    /** From now on answers go through this first. */
    answering(by: Answer) {
      change = by;
    },
    /** A group with a launch template of one version and a node. */
    addGroup(name: string, kind: NodesGroup["kind"], image: string | undefined = presentImage): NodesGroup {
      const template = `lt-${name}`;
      const scaling = kind === "managed-node-group" ? `eks-${name}` : name;
      const group: NodesGroup = { kind, cluster: "test", name, scaling, template, version: 1, updates: [] };
      account.groups.set(name, group);
      account.templates.set(template, [
        { LaunchTemplateId: template, VersionNumber: 1, DefaultVersion: true, LaunchTemplateData: { ImageId: image } },
      ]);
      account.instances.push({
        InstanceId: `i-${name}`,
        ImageId: presentImage,
        LaunchTime: new Date(world.now - 1_000),
        State: { Name: "running" },
        Tags: [{ Key: groupTag, Value: scaling }],
      });
      return group;
    },
    /** Observes these fleets, with the records in the account. */
    async observe(...inputs: Omit<FleetInput, "variant">[]): Promise<Record<string, ObservedFleet>> {
      const fleets = inputs.map((fleet) => ({ variant: core, ...fleet }) as FleetInput);
      const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }], fleets });
      const keys = [...account.objects].flatMap(([key, { at }]) => {
        const [, kind = "", ...name] = key.split("/");
        return key.startsWith("records/") ? [{ kind, name: name.join("/"), at: at.getTime() }] : [];
      });
      const histories = historiesIn(
        Object.groupBy(keys, ({ kind }) => kind),
        configuration.fleets,
      );
      const { channels, images } = world;
      return readFleets(environment, configuration, { channels, images, records: { histories, holds: {} } });
    },
  };
}
