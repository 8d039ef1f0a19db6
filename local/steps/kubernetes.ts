import { isAtLeast, minorOf } from "../model/installation.ts";
import { kubernetesTools, programPaths, versionOf } from "../model/programs.ts";
import { fetchVerified } from "./artifacts.ts";
import { type Binary, withBinaries } from "./binaries.ts";
import { type StepContext, setting } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/**
 * 33-kubernetes: installs kubelet and kube-proxy from the release host, checked by its SHA-256 files. On `layer` the
 * base's own stay if they are the same or newer.
 */
export async function kubernetes(context: StepContext): Promise<Partial<StepResponse>> {
  const { machine } = context;
  const wanted = setting(context, "KUBERNETES_VERSION");
  const layer = setting(context, "RECIPE_KIND") === "layer";
  const files: Record<string, Buffer> = {};
  const binaries: Binary[] = [];
  for (const tool of kubernetesTools) {
    const path = programPaths[tool];
    const installed = layer ? versionOf(machine.files, path) : undefined;
    if (installed && minorOf(installed) !== minorOf(wanted))
      throw new Error(`The base has ${tool} ${installed}, which is another minor than ${wanted}.`);
    if (installed && isAtLeast(installed, wanted)) {
      binaries.push({ path, version: installed, from: "base" });
      continue;
    }
    files[path] = await kubernetesBinary(context, tool, wanted);
    binaries.push({ path, version: wanted, from: "download" });
  }
  return {
    stdout: binaries.map(({ path, version }) => `${path} is ${version}.\r\n`).join(""),
    files: { ...withBinaries(context, binaries), ...files },
  };
}

async function kubernetesBinary(context: StepContext, tool: string, version: string): Promise<Buffer> {
  const url = `${setting(context, "KUBERNETES_RELEASE_URL")}/v${version}/bin/windows/amd64/${tool}.exe`;
  const sum = await fetchVerified(context, `${url}.sha256`, {});
  return fetchVerified(context, url, { sha256: sum.toString("utf8").trim() });
}
