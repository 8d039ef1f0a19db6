import { policies } from "./configuration.ts";

/**
 * Packer's maximum waits in minutes, as in packer/waits.pkr.hcl. `awsState` is the polling delay times the number of
 * attempts.
 */
export const waits = {
  windowsPassword: 30,
  winrm: 30,
  updates: 105,
  restart: 60,
  upkeep: 60,
  containerImages: 120,
  custom: 30,
  step: 15,
  awsState: 90,
};

/** The same of packer/proof/waits.pkr.hcl. */
export const proofWaits = { windowsPassword: 30, winrm: 30, step: 30, awsState: 30 };

/**
 * Includes 19 scripts and transfers with the `step` wait, two restarts (after the Containers feature and after the
 * user's scripts) and four AWS states: the instance runs, has stopped, the image is available, the instance is
 * terminated.
 */
function building(rounds: number): number {
  return (
    waits.windowsPassword +
    waits.winrm +
    rounds * (waits.updates + waits.restart) +
    waits.upkeep +
    waits.containerImages +
    waits.custom +
    19 * waits.step +
    2 * waits.restart +
    4 * waits.awsState
  );
}

/** Three scripts and transfers, and three AWS states: the instance runs, has stopped, is terminated. */
const proving = proofWaits.windowsPassword + proofWaits.winrm + 3 * proofWaits.step + 3 * proofWaits.awsState;

/** For fetching Packer, its plugin and the source, and for tagging. */
const aroundPacker = 60;

/** CodeBuild's limit. */
const maxMinutes = 2160;

/**
 * CodeBuild's timeout: more than the sum of Packer's waits, because a killed Packer leaves its instance, key pair and
 * security group behind until the sweep finds them. A slow start is measured by a second proof, if there is time for it
 * (`secondProofMinutes`). With two rounds of updates it is 1,365 + 240 + 240 + 60 = 1,905 minutes; a usual build takes
 * about 90.
 * @throws Error if the configuration needs more time than CodeBuild allows
 */
export function buildMinutes(rounds: number = policies.updateRounds): number {
  const minutes = building(rounds) + proving + aroundPacker;
  if (minutes <= maxMinutes) return Math.min(minutes + proving, maxMinutes);
  throw new Error(
    `config.ts: policies.updateRounds is ${rounds}. Packer could then wait for ${minutes} minutes, but CodeBuild ends a build after ${maxMinutes}`,
  );
}

/** How many minutes after its beginning a build may start a second proof at the latest, so that it ends in time. */
export function secondProofMinutes(rounds: number = policies.updateRounds): number {
  return buildMinutes(rounds) - proving - aroundPacker;
}
