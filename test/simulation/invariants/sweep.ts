import { tagPrefix } from "../../../functions/domain/inputs.ts";
import { minute } from "../../world.ts";
import type { Simulation } from "../simulation.ts";

/** Only what is ours and orphaned goes. */
export function checkSweep(s: Simulation, resource: string): undefined {
  const id = s.account.keyPairs.find(({ KeyName }) => KeyName === resource)?.KeyPairId ?? resource;
  if (s.ledger.foreign.has(id)) s.violate("the sweep leaves alone what is not ours", resource);
  const token = tokenOf(s, id);
  // Another run has been first.
  if (token === undefined && !exists(s, id)) return;
  const builds = s.account.builds.filter(
    ({ environment }) => environment?.environmentVariables?.find(({ name }) => name === "TOKEN")?.value === token,
  );
  if (token === undefined || builds.length === 0)
    return s.violate("the sweep leaves alone what is not ours", `${resource}, which no build has made`);
  const isEarly = builds.some(
    ({ endTime, buildStatus }) => buildStatus === "IN_PROGRESS" || s.now() - Number(endTime) < 29 * minute,
  );
  if (isEarly) s.violate("the sweep leaves alone what a build may still use", resource);
}

function exists({ account }: Simulation, id: string): boolean {
  const { instances, volumes, securityGroups, snapshots } = account;
  const ids = [instances.map(({ InstanceId }) => InstanceId), volumes.map(({ VolumeId }) => VolumeId)];
  const others = [securityGroups.map(({ GroupId }) => GroupId), snapshots.map(({ SnapshotId }) => SnapshotId)];
  return [...ids, ...others].flat().includes(id);
}

function tokenOf({ account }: Simulation, id: string): string | undefined {
  const Key = `${tagPrefix}token`;
  return (
    account.tags.find((tag) => tag.ResourceId === id && tag.Key === Key)?.Value ??
    account.snapshots.find(({ SnapshotId }) => SnapshotId === id)?.Tags?.find((tag) => tag.Key === Key)?.Value
  );
}
