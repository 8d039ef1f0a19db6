import { expect } from "vitest";
import { createBase } from "../../../local/windows/bases.ts";
import { recordedOrder } from "../../../local/windows/packer-order.ts";
import { launch, type Run, uploadAll } from "../../../local/windows/run-order.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const url = "s3://bucket/harvest/ami";
const awsCli = "C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe";
const modules = "C:\\Program Files\\WindowsPowerShell\\Modules";
const awsTools = `${modules}\\AWSPowerShell`;

/** AWS Tools for PowerShell, as far as a harvest uses them, with the model's S3. */
const writeObject = `function Write-S3Object {
    param([string]$BucketName, [string]$Key, [string]$File, [string]$Region)
    Invoke-RestMethod -Method Put -Uri "$env:MODEL_NETWORK/s3/$BucketName/$Key" -InFile $File | Out-Null
    "$Region $Key" | Add-Content -Path 'C:\\windows-model\\uploaded'
}`;

function toolsFor(name: string): Record<string, string> {
  const module = `${modules}\\${name}\\${name}`;
  return {
    [`${module}.psd1`]: `@{ ModuleVersion = '5.0.0'; RootModule = '${name}.psm1'; FunctionsToExport = '*' }`,
    [`${module}.psm1`]: writeObject,
  };
}

const cases: (FailingCase | PassingCase)[] = [
  {
    what: "fails if a task cannot be exported",
    state: (state) => state.refusals.push({ command: "Export-ScheduledTask", message: "Access is denied." }),
    failure: { class: "provision", cause: "Access is denied." },
  },
  {
    what: "fails if netsh says nothing",
    state: (state) => state.refusals.push({ command: "netsh.exe", exitCode: 0, message: "" }),
    failure: { class: "provision", cause: "netsh.exe states no dynamic ports of tcp:" },
  },
  {
    what: "fails as a download if S3 is busy each time",
    network: [{ url, error: "SlowDown", message: "Please reduce your request rate." }],
    failure: {
      class: "download",
      cause: "An error occurred (SlowDown) when calling the PutObject operation",
    },
  },
  {
    what: "does not try again what the role may not",
    network: [{ url: "manifest.json", error: "AccessDenied", message: "Access Denied", times: 1 }],
    failure: {
      class: "provision",
      cause: `uploading ${url}/manifest.json: aws.exe exited with 254: `,
    },
  },
  {
    what: "fails if nothing on the machine can upload",
    files: { [awsCli]: null, [awsTools]: null },
    failure: {
      class: "provision",
      cause: `There is neither ${awsCli} nor a Write-S3Object of AWS Tools for PowerShell: nothing can be put`,
    },
  },
  ...["AWSPowerShell", "AWS.Tools.S3"].map(
    (name) =>
      ({
        what: `uploads with ${name} if there is no AWS CLI, and describes an image without csi-proxy`,
        files: {
          [awsCli]: null,
          [awsTools]: null,
          [`${modules}\\AWS.Tools.S3`]: null,
          ...toolsFor(name),
          "C:\\Program Files\\Amazon\\EKS\\bin\\csi-proxy.exe": null,
          "C:\\windows-model\\uploaded": null,
        },
        state: (state) => {
          delete state.services["csi-proxy"];
        },
        says: ["csi-proxy: , run by ; tasks: EKS Windows cleanup and startup task, EKS Windows startup task."],
        leaves: ({ machine }) => {
          expect(machine.read("C:\\windows-model\\uploaded").toString()).toContain(
            "us-east-1 harvest/ami/manifest.json",
          );
          const described = JSON.parse(machine.read("C:\\eks-windows-images-harvest\\output\\eks.json").toString());
          expect(described).toMatchObject({ csiProxy: null, eks: { csiProxyProgram: "", csiProxyService: "" } });
        },
      }) satisfies PassingCase,
  ),
];

/** AWS's EKS image after its first start. */
async function started(bench: Workbench): Promise<Run> {
  const machine = await createBase(layer.base, bench.newPath("harvested"), bench);
  const settings = { HARVEST_URL: url, HARVEST_RECIPE: "recipe" };
  const run: Run = { machine, order: recordedOrder("harvest"), packerDir: packerDirectory, settings };
  await launch(run);
  uploadAll(run);
  return run;
}

describeWithPowerShell("a harvest", (bench) => testInTurn(bench, { script: "10-harvest", start: started, cases }));
