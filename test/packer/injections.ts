import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Rule } from "../../local/steps/step-rules.ts";
import { bucket } from "./codebuild.ts";
import type { Harvest } from "./harvests.ts";
import { assembled } from "./order.ts";
import { packerDirectory } from "./powershell.ts";
import type { Order, Workshop } from "./workshop.ts";

/** Where all runs take place. */
export type Scene = { workshop: Workshop; eksImage: string; plainImage: string; harvest: Harvest };

/** What is done to one run so that it fails. */
export type Injection = {
  /** What is ordered otherwise. */
  order?: (scene: Scene, attempt: number) => Partial<Order> | Promise<Partial<Order>>;
  prepare?: (workshop: Workshop, token: string, role: string) => unknown;
};

/** A script of the recipe that takes a step, and the class of what fails there. */
export type Step = { name: string; failureClass: string };

const nobody = "0".repeat(64);

export function stepsBelow(folder: string): Step[] {
  return readdirSync(join(packerDirectory, folder))
    .sort()
    .map((file) => readFileSync(join(packerDirectory, folder, file), "utf8"))
    .flatMap((text) => {
      const [, name, failureClass] = /^Invoke-Step -Name '([\w-]+)' -FailureClass '(\w+)'/m.exec(text) ?? [];
      return name && failureClass ? [{ name, failureClass }] : [];
    });
}

/** The run's machines behave so: the one that the image is made of, or the one that proves it. */
export function machines(rule: Rule, where: "build" | "proof" = "build"): Injection {
  return {
    prepare: ({ machines }, token) =>
      machines.behave({
        ...rule,
        when: ({ tags }) =>
          tags["eks-windows-images:token"] === token && tags.Name?.startsWith("proof of") === (where === "proof"),
      }),
  };
}

/** EC2 refuses a call of the run's: with status 400, because the plugin asks for two minutes again what was answered with 500. */
export function refused(operation: string, refusal: { code: string; message: string; after?: number }): Injection {
  return {
    prepare: ({ emulator }, _token, role) => emulator.failCalls({ service: "ec2", operation, role, ...refusal }),
  };
}

/** versions.json says something else of an artefact than its publisher has. */
export function artifactStating(name: string, other: object): Injection {
  const { artifacts } = JSON.parse(readFileSync(join(packerDirectory, "versions.json"), "utf8"));
  const changed = artifacts.map((each: { name: string }) => (each.name === name ? { ...each, ...other } : each));
  return { order: () => ({ changed: { "packer/versions.json": JSON.stringify({ artifacts: changed }) } }) };
}

/** Kubernetes' release host has a kubelet that is not what its sum says. */
export const otherKubelet: Injection = {
  order: ({ workshop: { upstream } }) => {
    const kubelet = "tampered/v1.35.8/bin/windows/amd64/kubelet.exe";
    upstream.putFile(kubelet, "another");
    upstream.putFile(`${kubelet}.sha256`, nobody);
    return { kubernetesReleaseUrl: `${upstream.filesUrl}/tampered` };
  },
};

/** The files in the bucket are not those that the manifest names. */
export const otherHarvestedFiles: Injection = {
  order: async ({ workshop: { s3 }, plainImage, harvest }, attempt) => {
    const image = "ami-00000000000000001";
    const put = (name: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key: `harvest/${image}/${name}`, Body }));
    for (const { sha256 } of harvest.manifest.files) await put(`files/${sha256}`, "another");
    await put("manifest.json", harvest.text);
    return { wish: assembled(plainImage, { image, manifest: harvest.sha256 }, attempt) };
  },
};

/** The manifest in the bucket is not the one that the plan saw. */
export const otherManifest: Injection = {
  order: ({ plainImage, eksImage }, attempt) => ({
    wish: assembled(plainImage, { image: eksImage, manifest: nobody }, attempt),
  }),
};

/**
 * The same injection, with a proof that waits only this long for WinRM. The build keeps its own limit: its machine does answer, however slow the
 * computer is that these tests run on.
 */
export function withShortProof(injection: Injection, winrmTimeout: string): Injection {
  const path = "proof/waits.pkr.hcl";
  const waits = readFileSync(join(packerDirectory, path), "utf8");
  const text = waits.replace(/(variable "winrm_timeout" \{[^}]*?default += )"\w+"/, `$1"${winrmTimeout}"`);
  if (text === waits) throw new Error(`shortening the wait for WinRM in ${path}`);
  return { ...injection, order: () => ({ changed: { [`packer/${path}`]: text } }) };
}

/** The same injection with shorter waits, so that the test does not take long. */
export function hasty(
  injection: Injection,
  deployment: Order["deployment"],
  environment: Order["environment"] = {},
): Injection {
  return { ...injection, order: () => ({ deployment, environment }) };
}
