import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announce, installDirectory, installFile, type Site } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { findProgram, runCommand } from "../tools/programs.ts";

const sources = fileURLToPath(new URL("programs", import.meta.url));

/**
 * A modelled program. `name` is a key of `programs` in programs/main.go; `real` is, of ctr only, the path of the real
 * ctr.exe as Windows writes it.
 */
export type Program = { name: ProgramName; version: string; real?: string };

export type ProgramName =
  | "aws"
  | "aws-iam-authenticator"
  | "aws-vpc-cni-k8s-connector"
  | "containerd-shim-runhcs-v1"
  | "csi-proxy"
  | "ctr"
  | "curl"
  | "dism"
  | "ec2launch"
  | "ecr-credential-provider"
  | "eks-windowsservicehost"
  | "kube-proxy"
  | "kubelet"
  | "msiexec"
  | "netsh"
  | "ngen"
  | "powershell"
  | "shutdown"
  | "sysprep"
  | "tar"
  | "vpc-bridge"
  | "wevtutil";

/** The modelled programs, built. */
export type Programs = {
  /** The content of the program's file. Another version is another content. */
  content: (program: Program) => Buffer;
  /** A file with that content, to which machines may link. */
  file: (program: Program) => string;
  /** Changes whenever a source of the programs does. */
  hash: string;
};

/**
 * Finds the executable of the modelled programs in the tool cache, or builds it: a minute, and seconds once Go has its
 * own packages.
 * @throws Error with the compiler's words
 */
export async function installPrograms(site: Site): Promise<Programs> {
  const hash = hashOfSources();
  const directory = join(site.cache, `windows-programs-${hash}`);
  if (!existsSync(directory)) await withLock(site, () => installDirectory(directory, (into) => build(into, site)));
  const executable = readFileSync(join(directory, "program.exe"));
  const content = (program: Program) => Buffer.concat([executable, Buffer.from(`\n${JSON.stringify(program)}`)]);
  return {
    content,
    hash,
    file: (program) => {
      const path = join(directory, `${program.name}-${program.version}.exe`);
      if (!existsSync(path)) installFile(path, content(program));
      return path;
    },
  };
}

function hashOfSources(): string {
  const sum = createHash("sha256");
  for (const name of readdirSync(sources).toSorted()) sum.update(name).update(readFileSync(join(sources, name)));
  return sum.digest("hex").slice(0, 16);
}

async function build(directory: string, { log, signal }: Site): Promise<void> {
  const go = findProgram("go");
  if (!go) throw new Error("the modelled programs of Windows need Go to be built: no Go on the PATH");
  const parameters = ["build", "-trimpath", "-ldflags", "-s -w", "-o", join(directory, "program.exe"), "."];
  await announce(log, "Building the modelled programs of Windows", "a minute", () =>
    runCommand("go build", go, parameters, { cwd: sources, signal, env: forWindows() }),
  );
}

/** The environment in which Go builds for Windows. */
export function forWindows(): NodeJS.ProcessEnv {
  return { ...process.env, GOOS: "windows", GOARCH: "amd64", CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };
}
