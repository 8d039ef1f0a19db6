import type { StartInstanceRefreshCommandInput } from "@aws-sdk/client-auto-scaling";
import type { DeleteLaunchTemplateVersionsCommandInput } from "@aws-sdk/client-ec2";
import type { UpdateNodegroupVersionCommandInput } from "@aws-sdk/client-eks";
import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import type { Fleet } from "../../functions/config/fleet.ts";
import { ServiceError } from "../memory-aws/account.ts";
import { imageOfVersion } from "../memory-aws/launch-templates.ts";
import type { Effect } from "./effects.ts";
import { fleetOf, groupOf, noteUse, ownParameter } from "./fleets.ts";
import { landParameter, startUpdate } from "./group-life.ts";
import type { Simulation } from "./simulation.ts";

/** What a call changes about a fleet; undefined if it changes none. */
export function fleetChangeOf(s: Simulation, operation: string, input: object): Effect | undefined {
  switch (operation) {
    case "UpdateNodegroupVersion": {
      const { nodegroupName = "", launchTemplate } = input as UpdateNodegroupVersionCommandInput;
      return roll(s, nodegroupName, Number(launchTemplate?.version));
    }
    case "StartInstanceRefresh": {
      const { AutoScalingGroupName = "", DesiredConfiguration } = input as StartInstanceRefreshCommandInput;
      return roll(s, AutoScalingGroupName, Number(DesiredConfiguration?.LaunchTemplate?.Version));
    }
    case "CancelInstanceRefresh": {
      const fleet = fleetOf(s, (input as { AutoScalingGroupName: string }).AutoScalingGroupName) as Fleet;
      return { kind: "fleet", fleet, image: undefined, isLater: false };
    }
    case "CreateLaunchTemplateVersion":
    case "DeleteLaunchTemplateVersions": {
      const { LaunchTemplateId = "" } = input as DeleteLaunchTemplateVersionsCommandInput;
      const fleet = s.configuration.fleets.find(({ name }) => LaunchTemplateId === `lt-${name}`) as Fleet;
      return { kind: "fleet", fleet, image: undefined, isLater: false, after: () => noteUse(s) };
    }
    case "PutParameter":
      return point(s, input as PutParameterCommandInput);
    default:
      return undefined;
  }
}

/** @param version not a number if a parameter decides: the nodes get what it holds */
function roll(s: Simulation, name: string, version: number): Effect {
  const fleet = fleetOf(s, name) as Fleet;
  const { template } = groupOf(s, fleet);
  const isPointed = Number.isNaN(version);
  const image = isPointed
    ? s.account.parameters.get(ownParameter(s, fleet))?.Value
    : imageOfVersion(s.account, template, version);
  const after = () => {
    s.ledger.rolled.push({ fleet: fleet.name, image: image ?? "", at: s.now() });
    startUpdate(s, name);
  };
  return { kind: "fleet", fleet, image, isLater: isPointed, after };
}

function point(s: Simulation, { Name = "", Value = "", Overwrite }: PutParameterCommandInput): Effect | undefined {
  const prefix = `${s.environment.FLEETS_PREFIX}/`;
  if (!Name.startsWith(prefix)) return undefined;
  const fleet = s.configuration.fleets.find(({ name }) => Name === `${prefix}${name}`) as Fleet;
  const before = s.account.parameters.get(Name);
  const carryOut = () => {
    if (before && !Overwrite) throw new ServiceError("ParameterAlreadyExists", "The parameter already exists.");
    if (before) s.ledger.rolled.push({ fleet: fleet.name, image: Value, at: s.now() });
    landParameter(s, Name, Value);
    return { Version: (before?.Version ?? 0) + 1, Tier: "Standard" };
  };
  // Nothing follows a parameter that does not exist, and one that exists is not made again.
  return { kind: "fleet", fleet, image: Value, isLater: !Overwrite, carryOut };
}
