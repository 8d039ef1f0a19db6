import type { Response } from "../model/behaviour.ts";
import { isAtLeast, minorOf } from "../model/installation.ts";
import { PROGRAMS, TOOLS, versionOf } from "../model/programs.ts";
import { fetchVerified } from "./artifacts.ts";
import { type Binary, withBinaries } from "./binaries.ts";
import { type Situation, setting } from "./situation.ts";

/** kubelet and kube-proxy, from the release host and by its sums. On layer a base that is newer stays. */
export async function kubernetes(situation: Situation): Promise<Partial<Response>> {
  const { machine } = situation;
  const wanted = setting(situation, "KUBERNETES_VERSION");
  const layer = setting(situation, "RECIPE_KIND") === "layer";
  const files: Record<string, Buffer> = {};
  const binaries: Binary[] = [];
  for (const tool of TOOLS) {
    const path = PROGRAMS[tool];
    const installed = layer ? versionOf(machine, path) : undefined;
    if (installed && minorOf(installed) !== minorOf(wanted))
      throw new Error(`The base has ${tool} ${installed}, which is another minor than ${wanted}.`);
    if (installed && isAtLeast(installed, wanted)) {
      binaries.push({ path, version: installed, from: "base" });
      continue;
    }
    files[path] = await kubernetesBinary(situation, tool, wanted);
    binaries.push({ path, version: wanted, from: "download" });
  }
  return {
    stdout: binaries.map(({ path, version }) => `${path} is ${version}.\r\n`).join(""),
    files: { ...withBinaries(situation, binaries), ...files },
  };
}

async function kubernetesBinary(situation: Situation, tool: string, version: string): Promise<Buffer> {
  const url = `${setting(situation, "KUBERNETES_RELEASE_URL")}/v${version}/bin/windows/amd64/${tool}.exe`;
  const sum = await fetchVerified(situation, `${url}.sha256`, {});
  return fetchVerified(situation, url, { sha256: sum.toString("utf8").trim() });
}
