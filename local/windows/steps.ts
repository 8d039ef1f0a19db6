import type { Response } from "./behaviour.ts";
import { saved } from "./documents.ts";
import { fullPath } from "./files.ts";
import type { Settings } from "./healthy.ts";
import {
  BUILDS,
  type Containerd,
  digestOf,
  type Installation,
  isAtLeast,
  minorOf,
  pulledContainerImage,
  TOOLS,
  UPDATE,
} from "./installation.ts";
import type { Machine } from "./machine.ts";
import { stepFailing } from "./results.ts";

/** Looks for real: what Packer uploaded must be what its template says. */
export function files(machine: Machine, { UPLOADS = "{}", WORK_DIRECTORY }: Settings): Partial<Response> {
  const { build, updates, containerd: service } = machine.installation;
  const uploads: Record<string, string> = JSON.parse(UPLOADS);
  for (const [name, sum] of Object.entries(uploads)) {
    const content = machine.files.read(`${WORK_DIRECTORY}/${name}`);
    if (!content) throw new Error(`${name} was not uploaded.`);
    if (digestOf(content.toString("base64")) !== sum.toLowerCase())
      return stepFailing("10-files", "download", `${name} did not arrive whole.`);
  }
  if (!service) throw new Error("Cannot find any service with service name 'containerd'.");
  return {
    stdout: `${Object.keys(uploads).length} files arrived.\r\nThe base is Windows build ${build}.\r\n`,
    files: {
      [`${WORK_DIRECTORY}/output/base.json`]: JSON.stringify({ osBuild: build, installedUpdates: updates }),
    },
  };
}

/** There is one update, and it wants a restart. */
export function updates({ installation }: Machine, settings: Settings): Partial<Response> {
  const applicable = applicableUpdates(installation, settings);
  if (applicable.length === 0) return { stdout: "Nothing applicable is left.\r\n" };
  return {
    exitCode: 3010,
    stdout: applicable.map(({ title }) => `Installing ${title}\r\n`).join(""),
    changes: {
      updates: [...installation.updates, ...applicable.map(({ article }) => article)],
      buildAfterRestart: BUILDS[installation.windows].updated,
    },
  };
}

export function updatesComplete(machine: Machine, settings: Settings): Partial<Response> {
  const { installation } = machine;
  const left = applicableUpdates(installation, settings).map(({ article }) => article);
  if (left.length > 0) throw new Error(`${left.length} updates are left after the last round: ${left.join(", ")}`);
  const base = saved<{ osBuild: string }>(machine, settings, "base");
  return { stdout: `Windows build ${base.osBuild} has become ${installation.build}; nothing applicable is left.\r\n` };
}

export function tools({ installation }: Machine, { KUBERNETES_VERSION: wanted = "" }: Settings): Partial<Response> {
  const versions = { ...installation.tools };
  const lines = TOOLS.map((tool) => {
    const installed = versions[tool];
    if (!installed) throw new Error(`There is no program C:\\Program Files\\kubernetes\\${tool}.exe.`);
    if (minorOf(installed) !== minorOf(wanted))
      throw new Error(`The base has ${tool} ${installed}, which is another minor than ${wanted}.`);
    if (isAtLeast(installed, wanted)) return `${tool} ${installed} stays.\r\n`;
    versions[tool] = wanted;
    return `${tool} is ${wanted} now.\r\n`;
  });
  return { stdout: lines.join(""), changes: { tools: versions } };
}

export function containerd({ installation }: Machine, { REGISTRY_MIRRORS = "{}" }: Settings): Partial<Response> {
  const base = containerdOf(installation);
  const mirrors = Object.keys(JSON.parse(REGISTRY_MIRRORS));
  return {
    stdout: "containerd runs with the new configuration.\r\n",
    changes: { containerd: { ...base, configured: true, mirrors } },
  };
}

export function containerImages(
  { installation }: Machine,
  { CONTAINER_IMAGES = "[]", WORK_DIRECTORY }: Settings,
): Partial<Response> {
  containerdOf(installation);
  const references: string[] = JSON.parse(CONTAINER_IMAGES);
  const pulled = references.map(pulledContainerImage);
  const others = installation.containerImages.filter(({ name }) => !references.includes(name));
  return {
    stdout: pulled.map(({ name, digest }) => `${name} is ${digest}.\r\n`).join(""),
    files: { [`${WORK_DIRECTORY}/output/images.json`]: JSON.stringify(pulled) },
    changes: { containerImages: [...others, ...pulled] },
  };
}

/** The user's scripts only count as run: what they would do is theirs. */
export function custom({ files }: Machine, { WORK_DIRECTORY }: Settings): Partial<Response> {
  const directory = fullPath(`${WORK_DIRECTORY}/custom/`);
  const names = files
    .paths()
    .filter((path) => path.startsWith(directory))
    .map((path) => path.slice(directory.length))
    .filter((name) => /^[^\\]+\.ps1$/i.test(name))
    .toSorted();
  return {
    stdout: `${names.map((name) => `Running ${name}\r\n`).join("")}${names.length} custom scripts ran.\r\n`,
    files: { [`${WORK_DIRECTORY}/output/custom.json`]: JSON.stringify(names) },
  };
}

function applicableUpdates({ updates: installed }: Installation, { DENIED_UPDATES = "[]" }: Settings) {
  const denied: string[] = JSON.parse(DENIED_UPDATES);
  return [UPDATE].filter(({ article }) => !installed.includes(article) && !denied.includes(article));
}

function containerdOf({ containerd: installed }: Installation): Containerd {
  if (!installed) throw new Error("There is no program C:\\Program Files\\containerd\\containerd.exe.");
  return installed;
}
