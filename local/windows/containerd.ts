import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { announce, installDirectory, type Site } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { findProgram, runCommand } from "../tools/programs.ts";
import { guestPath } from "./paths.ts";
import { forWindows, type Programs } from "./programs.ts";
import { tarGz } from "./tar.ts";

/** Paths of the real programs, built for Windows. */
export type Containerd = { version: string; containerd: string; ctr: string };

/** A Go module, the variable that states its version, and the packages to build. */
type Source = { module: string; version: string; variable: string; commands: string[] };

/**
 * Finds containerd and ctr in the tool cache, or builds them from their Go module: two minutes a version.
 * @param version such as 2.3.7
 */
export async function installContainerd(version: string, site: Site): Promise<Containerd> {
  const module = `github.com/containerd/containerd${version.startsWith("1.") ? "" : "/v2"}`;
  const variable = `${module}/version.Version`;
  const directory = await install("containerd", { module, version, variable, commands: ["containerd", "ctr"] }, site);
  return { version, containerd: join(directory, "containerd.exe"), ctr: join(directory, "ctr.exe") };
}

/** Finds crictl in the tool cache, or builds it. @returns the path of crictl.exe */
export async function installCrictl(version: string, site: Site): Promise<string> {
  const module = "sigs.k8s.io/cri-tools";
  const variable = `${module}/pkg/version.Version`;
  return join(await install("crictl", { module, version, variable, commands: ["crictl"] }, site), "crictl.exe");
}

/**
 * The archive `containerd-<version>-windows-amd64.tar.gz` as containerd releases it. containerd.exe is the real one,
 * ctr.exe the shell around the real one, and the shim is modelled.
 */
export function containerdArchive({ version, containerd, ctr }: Containerd, programs: Programs): Buffer {
  const file = (name: string, content: Buffer) => ({ path: `bin/${name}.exe`, content });
  const shim = "containerd-shim-runhcs-v1";
  const entries = [
    { path: "bin/" },
    file("containerd", readFileSync(containerd)),
    file("ctr", programs.content({ name: "ctr", version, real: guestPath(ctr) })),
    file(shim, programs.content({ name: shim, version })),
  ];
  return tarGz(entries, 1);
}

/** The archive `crictl-v<version>-windows-amd64.tar.gz` as cri-tools releases it. @param crictl path of crictl.exe */
export function crictlArchive(crictl: string): Buffer {
  return tarGz([{ path: "crictl.exe", content: readFileSync(crictl) }], 1);
}

async function install(name: string, source: Source, site: Site): Promise<string> {
  const directory = join(site.cache, `windows-${name}-${source.version}`);
  if (existsSync(directory)) return directory;
  await withLock(site, () =>
    installDirectory(directory, (into) =>
      announce(site.log, `Building ${name} ${source.version} for Windows`, "two minutes", () =>
        build(into, source, site.signal),
      ),
    ),
  );
  return directory;
}

/** `go install` refuses modules with `replace` directives, so a writable copy of the module is what is built. */
async function build(directory: string, source: Source, signal?: AbortSignal): Promise<void> {
  const go = findProgram("go");
  if (!go) throw new Error(`${source.module} needs Go to be built: no Go on the PATH`);
  const env = forWindows();
  const question = ["mod", "download", "-json", `${source.module}@v${source.version}`];
  const { stdout } = await runCommand("go mod download", go, question, { env, signal });
  const copy = join(directory, "source");
  cpSync(JSON.parse(stdout).Dir, copy, { recursive: true });
  makeWritable(copy);
  const flags = ["-mod=mod", "-trimpath", "-ldflags", `-s -w -X ${source.variable}=v${source.version}`];
  for (const command of source.commands) {
    const target = join(directory, `${command}.exe`);
    await runCommand("go build", go, ["build", ...flags, "-o", target, `./cmd/${command}`], { cwd: copy, env, signal });
  }
  rmSync(copy, { recursive: true });
}

/** Go's module cache is read-only, and so is a copy of it. */
function makeWritable(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) makeWritable(path);
    else chmodSync(path, 0o644);
  }
}
