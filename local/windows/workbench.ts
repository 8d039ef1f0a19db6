import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Versions } from "../../functions/config/versions.ts";
import { cacheDirectory, type Log } from "../tools/cache.ts";
import type { Workshop } from "./bases.ts";
import { type Network, startNetwork } from "./network.ts";
import { memoryStore, type ObjectStore } from "./network-objects.ts";
import { endBelow } from "./powershell.ts";
import { installPrograms } from "./programs.ts";
import { createPublications, type Publications } from "./publications.ts";
import { type Login, startRegistry } from "./registry.ts";
import { scriptCoverage } from "./settings.ts";

/** Everything that machines need around them: publishers, S3, a container registry, and a folder for their disks. */
export type Workbench = Workshop & {
  publications: Publications;
  surroundings: Network;
  objects: ObjectStore;
  /** A new path below a folder that is removed at the end. */
  newPath: (name: string) => string;
  close: () => Promise<void>;
};

export type WorkbenchOptions = {
  /** The command that acts like `powershell.exe`. */
  powershell: string;
  /** The folder with versions.json. */
  packerDir: string;
  log?: Log;
  /** A folder that collects which commands of the scripts ran; by default the one that the environment names. */
  coverage?: string;
  /** Where machines find Kubernetes' releases. */
  releaseUrl?: string;
  /** What the registry demands, which is then the password that ECR gives to the instance's role. */
  login?: Login;
};

/** Where machines of the model find Kubernetes' releases. */
export const kubernetesReleaseUrl = "https://dl.k8s.io";

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { powershell, packerDir, log = () => {}, coverage = scriptCoverage(), login } = options;
  const { releaseUrl = kubernetesReleaseUrl } = options;
  const site = { cache: cacheDirectory(), log };
  const programs = await installPrograms(site);
  const registry = await startRegistry({ login });
  const versions: Versions = JSON.parse(readFileSync(join(packerDir, "versions.json"), "utf8"));
  const publications = createPublications({ versions, programs, site, kubernetesReleaseUrl: releaseUrl });
  const objects = memoryStore();
  const surroundings = await startNetwork({ publications, objects, ecrPassword: () => login?.password });
  const directory = mkdtempSync(join(tmpdir(), "windows-"));
  let made = 0;
  return {
    powershell,
    site,
    programs,
    registry,
    network: surroundings.url,
    coverage,
    publications,
    surroundings,
    objects,
    newPath: (name) => join(directory, `${++made}-${name}`),
    close: async () => {
      await endBelow(directory);
      await Promise.all([surroundings.close(), registry.close()]);
      rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}
