import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { replaceConfig } from "../lambda/bundle.ts";

export interface ProgramSource {
  /** The project. */
  root: string;
  /** The SST program, usually `sst.config.ts`. */
  program: string;
  /** Replaces the project's `config.ts`. */
  configFile?: string;
  /** The directory to which SST's components write their archives. */
  workDir: string;
}

/**
 * Bundles an SST program with SST's own platform code, as `sst deploy` does. The bundle exports `evaluate(stage)`.
 * @returns the bundle, in `.sst/platform`, where Node finds the packages that the bundle leaves out. Its source map
 * lies beside it, with the suffix `.map`. The caller removes both.
 */
export async function bundleProgram({ root, program, configFile, workDir }: ProgramSource): Promise<string> {
  const platform = join(root, ".sst", "platform");
  const outfile = join(platform, `local-${randomUUID()}.mjs`);
  const evaluate = fileURLToPath(new URL("evaluate.ts", import.meta.url));
  const paths = { home: workDir, root, work: workDir, platform };
  await build({
    stdin: {
      contents: [
        `import config from ${JSON.stringify(program)};`,
        `import { run } from ${JSON.stringify(join(platform, "src", "auto", "run.ts"))};`,
        `import { evaluateProgram } from ${JSON.stringify(evaluate)};`,
        "export const evaluate = (stage) => evaluateProgram(config, run, stage);",
      ].join("\n"),
      resolveDir: platform,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    mainFields: ["module", "main"],
    keepNames: true,
    sourcemap: "external",
    external: ["@pulumi/*", "undici", "@aws-sdk/*", "esbuild", "archiver", "glob", "vite"],
    inject: [join(platform, "src", "shim", "run.js")],
    define: {
      $cli: JSON.stringify({ command: "deploy", rpc: "", paths, home: workDir, state: { version: {} } }),
      $dev: "false",
    },
    banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
    plugins: [...(configFile ? [replaceConfig(root, configFile)] : []), withoutPluginPin(root), providers(platform)],
    // Without this, esbuild would apply both the platform's tsconfig and the project's.
    tsconfigRaw: {},
    logLevel: "silent",
  });
  return outfile;
}

/**
 * Leaves the check of the plugin's checksum out: builds of the local stack find the plugin that local/tools/ has
 * installed, so that nobody must pin an archive in order to rehearse.
 */
function withoutPluginPin(root: string): Plugin {
  const check = join(root, "infra", "plugin-pin.ts");
  return {
    name: "without-plugin-pin",
    setup(build) {
      build.onLoad({ filter: /plugin-pin\.ts$/ }, ({ path }) => (path === check ? { contents: "" } : undefined));
    },
  };
}

/** Adds the imports behind the globals `aws` and `sst` to every file of the program, as SST does. */
function providers(platform: string): Plugin {
  const components = JSON.stringify(join(platform, "src", "components", "index.ts"));
  const imports = `import * as aws from "@pulumi/aws"; import * as sst from ${components};`;
  return {
    name: "providers",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path.startsWith(platform + sep) || path.includes(`${sep}node_modules${sep}`)) return undefined;
        return { contents: `${imports} ${await readFile(path, "utf8")}`, loader: "ts" };
      });
    },
  };
}
