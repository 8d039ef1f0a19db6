import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../../functions/config/configuration.ts";
import type { Emulator } from "../aws/emulator.ts";
import type { Fleets } from "../aws/fleets/fleets.ts";
import { firstPatch, releaseKubernetes } from "../aws/kubernetes-releases.ts";
import type { Upstream } from "../aws/upstream.ts";
import type { CreatedResource } from "../deploy/cloud.ts";
import { deploy } from "../deploy/deploy.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { Groups } from "../deploy/group-look-ups.ts";
import { addFleetGroups } from "./fleet-groups.ts";
import { type Surroundings, writeLocalConfiguration } from "./local-configuration.ts";

/** What a deployment has made of the user's configuration. */
export interface Service {
  deployment: Deployment;
  configuration: Configuration;
}

/** Deploys the user's configuration to a stack, again and again. */
export interface Deployer {
  /**
   * Reads the configuration and the recipe as they are now, adds to the world what they need in it (Kubernetes' minors,
   * groups of nodes), and deploys what differs from the last time.
   * @param usersFile replaces the user's configuration from now on, as an absolute path
   */
  deploy(usersFile?: string): Promise<Service>;
}

/**
 * @param usersFile the user's configuration, as an absolute path
 * @param dir a directory of its own; it must outlive the stack
 */
export function createDeployer({
  usersFile,
  dir,
  surroundings,
  place,
  world: { emulator, fleets, upstream },
}: {
  usersFile: string;
  dir: string;
  surroundings: Surroundings;
  place: Pick<Parameters<typeof deploy>[0], "emulator" | "codebuildUrl" | "stage" | "root" | "signal">;
  world: { emulator: Emulator; fleets: Fleets; upstream: Upstream };
}): Deployer {
  const state: CreatedResource[] = [];
  const minors = new Set<string>();
  let current = usersFile;
  let groups: Groups = {};
  let deployments = 0;

  async function prepareWorld(configuration: Configuration): Promise<void> {
    const variants = configuration.variants.filter(({ kubernetes }) => !minors.has(kubernetes));
    releaseKubernetes(upstream, { ...configuration, variants }, firstPatch);
    for (const { kubernetes } of variants) minors.add(kubernetes);
    const wanted = configuration.fleets.filter(({ group }) => groups[group] === undefined);
    groups = { ...groups, ...(await addFleetGroups({ fleets, emulator }, { ...configuration, fleets: wanted })) };
  }

  return {
    async deploy(replacement = current) {
      current = replacement;
      const own = join(dir, String(++deployments));
      mkdirSync(own, { recursive: true });
      const configFile = join(own, "config.ts");
      const configuration = await writeLocalConfiguration(configFile, current, surroundings);
      await prepareWorld(configuration);
      return { configuration, deployment: await deploy({ ...place, configFile, groups, state, dir: own }) };
    },
  };
}
