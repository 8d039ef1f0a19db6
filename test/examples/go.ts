import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { announce, cacheDirectory, installDirectory, type Site } from "../../local/tools/cache.ts";
import { goEnvironment, withGoBuild } from "../../local/tools/go-build.ts";
import { withLock } from "../../local/tools/lock.ts";
import { findProgram, runCommand } from "../../local/tools/programs.ts";

/** Files of a Go module. `sum` is what its go.sum has of the version. */
export type GoModule = { path: string; version: string; sum: string; files: string[] };

const site: Site = { cache: cacheDirectory(), log: (line) => process.stderr.write(`${line}\n`) };
const sources = fileURLToPath(new URL("kubernetes", import.meta.url));

/** Tests that need Go. Where it is missing they are skipped, except in CI, where they fail. */
export function describeWithGo(name: string, tests: () => void): void {
  const isMissing = !findProgram("go") && process.env.CI !== "true";
  describe.skipIf(isMissing)(isMissing ? `${name} (no Go on the PATH)` : name, tests);
}

/**
 * Downloads files of a module once, through the module proxy of this machine's Go.
 * @returns their directory
 * @throws Error if the module has another checksum than the pinned one
 */
export async function filesOf({ path, version, sum, files }: GoModule): Promise<string> {
  const hash = createHash("sha256")
    .update(JSON.stringify([path, sum, files]))
    .digest("hex")
    .slice(0, 12);
  const directory = join(site.cache, `${basename(path)}-${version}-${hash}`);
  if (existsSync(directory)) return directory;
  await withLock(site, () =>
    announce(site.log, `Downloading ${path} ${version}`, "about 15 MB at most", () =>
      installDirectory(directory, async (unfinished) => {
        const { Sum, Dir } = await download(`${path}@${version}`, join(unfinished, ".go"));
        if (Sum !== sum) throw new Error(`${path} ${version} has the checksum ${Sum}, but ${sum} is pinned`);
        for (const file of files) copyFileSync(join(Dir, file), join(unfinished, basename(file)));
        rmSync(join(unfinished, ".go"), { recursive: true, force: true });
      }),
    ),
  );
  return directory;
}

async function download(module: string, directory: string): Promise<{ Sum: string; Dir: string }> {
  mkdirSync(directory, { recursive: true });
  const { stdout } = await runCommand(`go mod download ${module}`, go(), ["mod", "download", "-json", module], {
    cwd: directory,
    env: goEnvironment(directory),
  });
  return JSON.parse(stdout);
}

/** Builds the program in `kubernetes/` once for each state of its sources, and returns the path of the binary. */
export async function kubernetesProgram(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of readdirSync(sources).toSorted()) hash.update(file).update(readFileSync(join(sources, file)));
  const directory = join(site.cache, `example-kubernetes-${hash.digest("hex").slice(0, 12)}`);
  const program = { module: sources, package: "eks-windows-images/test/examples/kubernetes" };
  const build = () =>
    installDirectory(directory, (unfinished) =>
      withGoBuild(site, async (make) => renameSync(await make(program), join(unfinished, "kubernetes"))),
    );
  if (!existsSync(directory))
    await withLock(site, () => announce(site.log, "Building the judge of Kubernetes examples", "two minutes", build));
  return join(directory, "kubernetes");
}

function go(): string {
  const program = findProgram("go");
  if (!program) throw new Error("no Go on the PATH: install Go 1.26 or newer");
  return program;
}
