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
  const builds = s.ledger.builds.filter((build) => build.token === token);
  if (builds.length === 0)
    return s.violate("the sweep leaves alone what is not ours", `${resource}, which no build has made`);
  const isEarly = builds.some(({ status, endedAt = 0 }) => status === "running" || s.now() - endedAt < 29 * minute);
  if (isEarly) s.violate("the sweep leaves alone what a build may still use", resource);
}

function exists({ account }: Simulation, id: string): boolean {
  return (
    account.instances.some(({ InstanceId }) => InstanceId === id) ||
    account.volumes.some(({ VolumeId }) => VolumeId === id) ||
    account.securityGroups.some(({ GroupId }) => GroupId === id) ||
    account.snapshots.some(({ SnapshotId }) => SnapshotId === id)
  );
}

function tokenOf({ account }: Simulation, id: string): string | undefined {
  const Key = `${tagPrefix}token`;
  return (
    account.tags.find((tag) => tag.ResourceId === id && tag.Key === Key)?.Value ??
    account.snapshots.find(({ SnapshotId }) => SnapshotId === id)?.Tags?.find((tag) => tag.Key === Key)?.Value
  );
}
