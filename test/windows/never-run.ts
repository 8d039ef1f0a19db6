import type { Gap } from "../../local/windows/coverage.ts";

const unit = "test/pester runs it; on the model";
const module = "modules/EksWindowsImages";
const inventory = "proof/scripts/00-inventory.ps1";

/** The commands of the scripts that no test runs, each with the reason. */
export const neverRun: Gap[] = [
  {
    file: "scripts/10-files.ps1",
    line: "AWS's image of this Windows was looked at on",
    reason: "The repository has no first-contact file yet.",
  },
  {
    file: `${module}/Containerd.ps1`,
    line: "override_path = true",
    reason: `${unit}, no mirror has a path below /v2.`,
  },
  ...["measuring them takes too long", "No folder of the disk is measured"].map((line) => ({
    file: `${module}/DiskUse.ps1`,
    line,
    reason: `${unit}, no folder takes minutes.`,
  })),
  {
    file: `${module}/DiskUse.ps1`,
    line: "continue",
    reason: `${unit}, an administrator may list every folder.`,
    isSometimesRun: true,
  },
  {
    file: `${module}/EksState.ps1`,
    line: "csi-proxy.exe",
    reason: `${unit}, csi-proxy is where its service says.`,
  },
  {
    file: `${module}/Pulls.ps1`,
    line: "expected $Digest",
    reason: `${unit}, containerd itself refuses content that has another digest.`,
  },
  {
    file: `${module}/Pulls.ps1`,
    line: "ReadAllText($mirrors)",
    reason: `${unit}, no private registry has mirrors.`,
  },
  {
    file: `${module}/UpdateOffers.ps1`,
    line: "return $false",
    reason: "The Update Agent is not known to return nothing in place of an update; the model never does.",
  },
  ...["listeners ", "certificates ", "scheduledTasks ", "histories "].map((line) => ({
    file: inventory,
    line,
    reason: "What names a trace of the build: sysprep has removed all of them wherever an image comes out of a build.",
  })),
  {
    file: inventory,
    line: "Writing the inventory",
    reason: "Nothing keeps a machine from writing below C: on the model.",
  },
];
