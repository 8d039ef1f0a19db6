import { policies } from "./configuration.ts";

/** How long Packer waits at most, in minutes: the defaults of packer/waits.pkr.hcl. `awsState` is the polling's delay times attempts. */
export const waits = {
  windowsPassword: 30,
  winrm: 30,
  updates: 120,
  restart: 60,
  containerImages: 120,
  custom: 30,
  step: 15,
  awsState: 90,
};

/** Those of packer/proof/waits.pkr.hcl. */
export const proofWaits = { windowsPassword: 30, winrm: 30, step: 30, awsState: 30 };

/**
 * 17 scripts and transfers of their own, restarts after the Containers feature and the user's scripts; AWS is waited for until the instance
 * runs, has stopped, is imaged, is gone.
 */
function building(rounds: number): number {
  return (
    waits.windowsPassword +
    waits.winrm +
    rounds * (waits.updates + waits.restart) +
    waits.containerImages +
    waits.custom +
    17 * waits.step +
    2 * waits.restart +
    4 * waits.awsState
  );
}

/** Three scripts and transfers; AWS is waited for until the instance runs, has stopped, is gone. */
const proving = proofWaits.windowsPassword + proofWaits.winrm + 3 * proofWaits.step + 3 * proofWaits.awsState;

/** Fetching Packer, its plugin and the source, tagging. */
const aroundPacker = 60;

/** CodeBuild's own limit. */
const mostMinutes = 2160;

/**
 * CodeBuild's timeout, above the sum of everything Packer may wait for: killed hard, Packer leaves its instance, key pair and security group
 * behind. With two rounds of updates 1,305 + 240 + 60 = 1,605 minutes; a usual build takes about 90.
 * @throws Error when the configuration asks for more than CodeBuild can give.
 */
export function buildMinutes(rounds: number = policies.updateRounds): number {
  const minutes = building(rounds) + proving + aroundPacker;
  if (minutes <= mostMinutes) return minutes;
  throw new Error(
    `config.ts: policies.updateRounds is ${rounds}; Packer could then wait for ${minutes} minutes, CodeBuild ends a build after ${mostMinutes}`,
  );
}
