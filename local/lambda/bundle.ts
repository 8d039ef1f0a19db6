import { existsSync } from "node:fs";
import path from "node:path";
import { build, type Plugin } from "esbuild";

export type Bundle = {
  dir: string;
  /** In Lambda's form: `bundle.<export>`. */
  handler: string;
  sourcemaps: string[];
  errors: string[];
};

/**
 * SST's builder puts this before every ESM bundle, so that CommonJS code inside finds `require`, `__filename` and
 * `__dirname`.
 */
const banner = [
  "import { createRequire as topLevelCreateRequire } from 'module';",
  "const require = topLevelCreateRequire(import.meta.url);",
  'import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"',
  "const __filename = topLevelFileUrlToPath(import.meta.url)",
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))',
].join("\n");

/**
 * Bundles one handler as SST 4 does for `nodejs24.x` (pkg/runtime/node/build.go): one ESM file that includes the AWS
 * SDK.
 * @param handler such as `functions/reconcile.handler`, relative to `root`
 * @param configFile replaces the project's `config.ts`
 * @returns the bundle; esbuild's errors are in `errors`, as in the answer of SST's `Runtime.Build`
 */
export async function bundleHandler({
  root,
  handler,
  outDir,
  configFile,
  minify = false,
}: {
  root: string;
  handler: string;
  outDir: string;
  configFile?: string;
  minify?: boolean;
}): Promise<Bundle> {
  const outfile = path.join(outDir, "bundle.mjs");
  const result = await build({
    entryPoints: [handlerFile(root, handler)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    mainFields: ["module", "main"],
    keepNames: true,
    sourcemap: "linked",
    minify,
    external: ["sharp", "pg-native"],
    banner: { js: banner },
    plugins: configFile ? [replaceConfig(root, configFile)] : [],
    absWorkingDir: root,
    logLevel: "silent",
  }).catch((error: { errors?: { text: string; location: { file: string; line: number } | null }[] }) => {
    if (!error.errors) throw error;
    return { errors: error.errors };
  });
  return {
    dir: outDir,
    handler: `bundle${path.extname(handler)}`,
    sourcemaps: result.errors.length === 0 ? [`${outfile}.map`] : [],
    errors: result.errors.map(({ text, location }) => (location ? `${text} ${location.file}:${location.line}` : text)),
  };
}

/**
 * An esbuild plugin that replaces every import of `<root>/config.ts` by `configFile`. That file may import the
 * original.
 */
export function replaceConfig(root: string, configFile: string): Plugin {
  const original = path.join(root, "config.ts");
  return {
    name: "replace-config",
    setup(build) {
      build.onResolve({ filter: /(^|\/)config(\.ts)?$/ }, ({ path: wanted, resolveDir, importer }) => {
        if (!wanted.startsWith(".") && !path.isAbsolute(wanted)) return;
        const target = path.resolve(resolveDir, wanted).replace(/(\.ts)?$/, ".ts");
        if (target !== original || importer === configFile) return;
        return { path: configFile };
      });
    },
  };
}

function handlerFile(root: string, handler: string): string {
  const base = path.join(root, handler.slice(0, -path.extname(handler).length));
  const file = [".ts", ".mts", ".js", ".mjs"].map((extension) => base + extension).find((name) => existsSync(name));
  if (!file) throw new Error(`bundling ${handler}: no such file below ${root}`);
  return file;
}
