import { awsCli } from "./aws-cli.ts";
import { containerd, containerdInstall, containerImages, containersFeature } from "./containers.ts";
import { eksTools } from "./eks-tools.ts";
import { harvest, harvestedFiles } from "./harvest.ts";
import { verify } from "./image-tests.ts";
import { kubernetes } from "./kubernetes.ts";
import { prerequisites } from "./prerequisites.ts";
import { check } from "./proof-checks.ts";
import { report } from "./report.ts";
import { type Step, type StepContext, StepError } from "./step-context.ts";
import { stepFailing } from "./step-failures.ts";
import { type StepResponse, silentResponse } from "./step-response.ts";
import { removeApps, sysprep } from "./sysprep.ts";
import { updates, updatesComplete } from "./updates.ts";
import { custom, files } from "./uploads.ts";

/** Every step, by its script's name in packer/scripts, packer/harvest/scripts or packer/proof/scripts. */
export const allSteps: Record<string, { failureClass: string; run: Step }> = {
  "10-files": { failureClass: "provision", run: files },
  "12-prerequisites": { failureClass: "provision", run: prerequisites },
  "15-containers-feature": { failureClass: "provision", run: containersFeature },
  "20-windows-updates": { failureClass: "updates", run: updates },
  "25-updates-complete": { failureClass: "updates", run: updatesComplete },
  "30-aws-cli": { failureClass: "provision", run: awsCli },
  "31-harvested-files": { failureClass: "provision", run: harvestedFiles },
  "32-containerd-install": { failureClass: "provision", run: containerdInstall },
  "33-kubernetes": { failureClass: "provision", run: kubernetes },
  "34-eks-tools": { failureClass: "provision", run: eksTools },
  "40-containerd": { failureClass: "provision", run: containerd },
  "50-container-images": { failureClass: "provision", run: containerImages },
  "60-custom": { failureClass: "provision", run: custom },
  "70-verify": { failureClass: "test", run: verify },
  "80-report": { failureClass: "provision", run: report },
  "85-appx": { failureClass: "sysprep", run: removeApps },
  "90-sysprep": { failureClass: "sysprep", run: sysprep },
  "10-harvest": { failureClass: "provision", run: harvest },
  "10-checks": { failureClass: "proof", run: check },
};

/** How a step ends, given the state of the machine. A script that is not part of the recipe only prints that it ran. */
export async function runStep(step: string, context: StepContext): Promise<StepResponse> {
  const known = allSteps[step];
  const done = { ...silentResponse, stdout: `${step} is done.\r\n` };
  if (!known) return done;
  try {
    return { ...done, ...(await known.run(context)) };
  } catch (error) {
    const failureClass = error instanceof StepError ? error.failureClass : known.failureClass;
    return { ...done, ...stepFailing(step, failureClass, (error as Error).message) };
  }
}
