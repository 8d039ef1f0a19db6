import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Runs after `npm ci` ("postinstall"). The SDK describes the shapes of a service in one file, with keys such as
// `[_xN]` whose values are constants of that file. esbuild cannot know that such a key has no effect, so a bundle has
// every shape of EC2, for 30 calls of 800: 150 of its 400 KB after gzip. With the constants in their place it has only
// the shapes that a function uses. SST takes no esbuild plugin (https://github.com/anomalyco/sst/issues/6410), which
// would do this without a change to node_modules. test/infra/sdk-schemas.test.ts compares the result with the original.

const sdk = fileURLToPath(new URL("../node_modules/@aws-sdk", import.meta.url));

// Elsewhere, such as with Yarn's Plug'n'Play, bundles are larger and do the same.
for (const file of existsSync(sdk) ? readdirSync(sdk, { recursive: true, encoding: "utf8" }) : []) {
  if (!/[/\\]dist-es[/\\].*schemas_\d+\.js$/.test(file)) continue;
  const path = join(sdk, file);
  const original = readFileSync(path, "utf8");
  const changed = withLiteralKeys(original);
  if (changed === original) continue;
  // A copy takes its place: an installation may share the file with others.
  writeFileSync(`${path}.new`, changed);
  renameSync(`${path}.new`, path);
}

/** @param {string} code */
function withLiteralKeys(code) {
  const constants = new Map(
    [...code.matchAll(/^const (_\w*) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
  );
  return code.replaceAll(/\[(_\w*)\]: /g, (key, name) => (constants.has(name) ? `${constants.get(name)}: ` : key));
}
