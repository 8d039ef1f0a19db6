import type { Response } from "./behaviour.ts";
import { check } from "./checks.ts";
import type { Machine } from "./machine.ts";
import { report } from "./report.ts";
import { stepFailing } from "./results.ts";
import { containerd, containerImages, custom, files, tools, updates, updatesComplete } from "./steps.ts";
import { verify } from "./verification.ts";

export type Settings = Record<string, string>;

/** What a step does, from what is on the machine; it fails by throwing. */
type Step = { failureClass: string; take: (machine: Machine, settings: Settings) => Partial<Response> };

const QUIET: Response = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  files: {},
  changes: {},
  console: [],
  hang: false,
  dropConnection: false,
  stopsItself: false,
};

/** By the names of the scripts in packer/scripts and packer/proof/scripts. */
const STEPS: Record<string, Step> = {
  "10-files": { failureClass: "provision", take: files },
  "20-windows-updates": { failureClass: "updates", take: updates },
  "25-updates-complete": { failureClass: "updates", take: updatesComplete },
  "30-eks-tools": { failureClass: "provision", take: tools },
  "40-containerd": { failureClass: "provision", take: containerd },
  "50-container-images": { failureClass: "provision", take: containerImages },
  "60-custom": { failureClass: "provision", take: custom },
  "70-verify": { failureClass: "test", take: verify },
  "80-report": { failureClass: "provision", take: report },
  "90-sysprep": {
    failureClass: "sysprep",
    take: () => ({ stdout: "This machine generalizes and stops itself in a minute.\r\n", stopsItself: true }),
  },
  "10-checks": { failureClass: "proof", take: check },
};

/** How a step ends when nothing is wrong but what is wrong with the machine. */
export function healthyResponse(step: string, machine: Machine, settings: Settings): Response {
  const known = STEPS[step];
  const done = { ...QUIET, stdout: `${step} is done.\r\n` };
  if (!known) return done;
  try {
    return { ...done, ...known.take(machine, settings) };
  } catch (error) {
    return { ...done, ...stepFailing(step, known.failureClass, (error as Error).message) };
  }
}

export function healthyPower(): Response {
  return QUIET;
}
