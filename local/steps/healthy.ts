import { QUIET, type Response } from "../model/behaviour.ts";
import { awsCli, prerequisites } from "./amazon.ts";
import { check } from "./checks.ts";
import { containerd, containerdInstall, containerImages, containersFeature } from "./containers.ts";
import { eksTools, harvest, harvestedFiles } from "./harvest.ts";
import { kubernetes } from "./kubernetes.ts";
import { report } from "./report.ts";
import { stepFailing } from "./results.ts";
import { apps, sysprep } from "./setup.ts";
import { type Situation, StepError, type Take } from "./situation.ts";
import { updates, updatesComplete } from "./updates.ts";
import { custom, files } from "./uploads.ts";
import { verify } from "./verification.ts";

type Step = { failureClass: string; take: Take };

/** By the names of the scripts in packer/scripts, packer/harvest/scripts and packer/proof/scripts. */
export const STEPS: Record<string, Step> = {
  "10-files": { failureClass: "provision", take: files },
  "12-prerequisites": { failureClass: "provision", take: prerequisites },
  "15-containers-feature": { failureClass: "provision", take: containersFeature },
  "20-windows-updates": { failureClass: "updates", take: updates },
  "25-updates-complete": { failureClass: "updates", take: updatesComplete },
  "30-aws-cli": { failureClass: "provision", take: awsCli },
  "31-harvested-files": { failureClass: "provision", take: harvestedFiles },
  "32-containerd-install": { failureClass: "provision", take: containerdInstall },
  "33-kubernetes": { failureClass: "provision", take: kubernetes },
  "34-eks-tools": { failureClass: "provision", take: eksTools },
  "40-containerd": { failureClass: "provision", take: containerd },
  "50-container-images": { failureClass: "provision", take: containerImages },
  "60-custom": { failureClass: "provision", take: custom },
  "70-verify": { failureClass: "test", take: verify },
  "80-report": { failureClass: "provision", take: report },
  "85-appx": { failureClass: "sysprep", take: apps },
  "90-sysprep": { failureClass: "sysprep", take: sysprep },
  "10-harvest": { failureClass: "provision", take: harvest },
  "10-checks": { failureClass: "proof", take: check },
};

/** How a step ends when nothing is wrong but what is wrong with the machine. A script that is none of the recipe's only says that it ran. */
export async function healthyResponse(step: string, situation: Situation): Promise<Response> {
  const known = STEPS[step];
  const done = { ...QUIET, stdout: `${step} is done.\r\n` };
  if (!known) return done;
  try {
    return { ...done, ...(await known.take(situation)) };
  } catch (error) {
    const failureClass = error instanceof StepError ? error.failureClass : known.failureClass;
    return { ...done, ...stepFailing(step, failureClass, (error as Error).message) };
  }
}
