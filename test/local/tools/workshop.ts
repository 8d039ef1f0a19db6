import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { Site } from "../../../local/tools/cache.ts";

export const versions = { packer: "1.16.0", amazonPlugin: "1.8.2", moto: "5.2.5", sst: "4.17.1" };

/** A Packer of the wanted version whose `plugins install` succeeds. */
export const workingPacker = `#!/bin/sh
case "$1" in
  version) echo 'Packer v1.16.0' ;;
  plugins) echo "$@" > "$PACKER_PLUGIN_PATH/installed" ;;
esac
`;

/** An empty cache, and a PATH with only the programs that the test puts there. */
export function openWorkshop() {
  const cache = temporaryDirectory();
  const programs = temporaryDirectory();
  const lines: string[] = [];
  const site: Site = { cache, log: (line) => lines.push(line) };
  vi.stubEnv("PACKER", undefined);
  vi.stubEnv("PATH", programs);
  return {
    cache,
    lines,
    site,
    pluginDirectory: join(cache, `packer-plugins-amazon-${versions.amazonPlugin}`),
    /** Puts a shell script on the PATH. */
    program(name: string, script: string) {
      const file = join(programs, name);
      writeFileSync(file, script, { mode: 0o755 });
      return file;
    },
    /** Puts a program on the PATH that prints its version, as Packer does. */
    packer(says: string, name = "packer") {
      return this.program(name, `#!/bin/sh\necho '${says}'\n`);
    },
    /** Puts a Go on the PATH that builds programs with this script. */
    go(script: string) {
      return this.program(
        "go",
        `#!/bin/sh
# go build -ldflags FLAGS -o DIRECTORY/ PACKAGE
product="$5\${6##*/}"
/bin/cat > "$product" <<'END'
${script}END
/bin/chmod +x "$product"
`,
      );
    },
    plugin() {
      mkdirSync(this.pluginDirectory);
    },
    installed() {
      mkdirSync(join(cache, `packer-${versions.packer}`));
      const file = join(cache, `packer-${versions.packer}`, "packer");
      writeFileSync(file, "", { mode: 0o755 });
      return file;
    },
  };
}

/** Is removed with everything in it when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tools-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}
