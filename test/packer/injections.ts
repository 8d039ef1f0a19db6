import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Rule } from "../../local/winrm/rules.ts";
import { bucket } from "./codebuild.ts";
import type { Harvest } from "./harvests.ts";
import { assembled } from "./order.ts";
import { packerDirectory } from "./powershell.ts";
import type { Order, Workshop } from "./workshop.ts";

/** What all runs share. */
export type Scene = { workshop: Workshop; eksImage: string; plainImage: string; harvest: Harvest };

/** What makes one run fail. */
export type Injection = {
  /** Changes of the order. */
  order?: (scene: Scene, attempt: number) => Partial<Order> | Promise<Partial<Order>>;
  prepare?: (workshop: Workshop, token: string, role: string) => unknown;
};

/** A script of the recipe and its failure class. */
export type Step = { name: string; failureClass: string };

const otherSum = "0".repeat(64);

export function stepsBelow(folder: string): Step[] {
  return readdirSync(join(packerDirectory, folder))
    .sort()
    .map((file) => readFileSync(join(packerDirectory, folder, file), "utf8"))
    .flatMap((text) => {
      const [, name, failureClass] = /^Invoke-Step -Name '([\w-]+)' -FailureClass '(\w+)'/m.exec(text) ?? [];
      return name && failureClass ? [{ name, failureClass }] : [];
    });
}

/** Sets the behaviour of a machine of the run: the one that the image is made from, or the one that proves it. */
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

/** Makes EC2 refuse a call of the run with status 400: after a 500 the plugin retries for two minutes. */
export function refused(operation: string, refusal: { code: string; message: string; after?: number }): Injection {
  return {
    prepare: ({ emulator }, _token, role) => emulator.failCalls({ service: "ec2", operation, role, ...refusal }),
  };
}

/** The files in the bucket differ from those that the manifest names. */
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

/** The manifest in the bucket differs from the ordered one. */
export const otherManifest: Injection = {
  order: ({ plainImage, eksImage }, attempt) => ({
    wish: assembled(plainImage, { image: eksImage, manifest: otherSum }, attempt),
  }),
};

/**
 * The same injection, with a shorter wait for WinRM in the proof. The build keeps its limit, because its machine must
 * be able to answer on a slow computer too.
 */
export function withShortProof(injection: Injection, winrmTimeout: string): Injection {
  const wait = /(variable "winrm_timeout" \{[^}]*?default += )"\w+"/;
  return { ...injection, ...otherTemplate("proof/waits.pkr.hcl", wait, `$1"${winrmTimeout}"`) };
}

/** A template differs from that of the repository. */
export function otherTemplate(path: string, what: RegExp, other: string): Injection {
  const template = readFileSync(join(packerDirectory, path), "utf8");
  const text = template.replace(what, other);
  if (text === template) throw new Error(`changing ${path}: it has nothing like ${what}`);
  return { order: () => ({ changed: { [`packer/${path}`]: text } }) };
}

/** The same injection with shorter waits, so that the test is short. */
export function hasty(
  injection: Injection,
  deployment: Order["deployment"],
  environment: Order["environment"] = {},
): Injection {
  return { ...injection, order: () => ({ deployment, environment }) };
}
