import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { findPacker } from "../../../local/tools/packer.ts";
import { openWorkshop, temporaryDirectory, versions } from "./workshop.ts";

afterEach(() => vi.unstubAllEnvs());

test("a Packer on the PATH is used if it has the version that the templates need", async () => {
  const workshop = openWorkshop();
  workshop.plugin();
  const binary = workshop.packer("Packer v1.16.0");

  expect(await findPacker(workshop.site, versions)).toMatchObject({ binary, version: "1.16.0" });
});

test("a Packer of another version does not end the search of the PATH", async () => {
  const workshop = openWorkshop();
  workshop.plugin();
  const binary = workshop.packer("Packer v1.16.0");
  const first = temporaryDirectory();
  writeFileSync(join(first, "packer"), "#!/bin/sh\necho 'Packer v1.15.1'\n", { mode: 0o755 });
  vi.stubEnv("PATH", [first, process.env.PATH].join(delimiter));

  expect(await findPacker(workshop.site, versions)).toMatchObject({ binary });
});

test.each([
  ["an older Packer", "echo 'Packer v1.15.1'"],
  ["a newer Packer", "echo 'Packer v1.16.1'"],
  ["a Packer that is not a release", "echo 'Packer v1.16.0-dev'"],
  ["another program of that name", "echo 'unpacks dictionaries'"],
  ["a program that reads its standard input to the end", "/bin/cat"],
])("%s on the PATH is skipped in favour of the installed Packer", async (_, script) => {
  const workshop = openWorkshop();
  workshop.plugin();
  workshop.program("packer", `#!/bin/sh\n${script}\n`);
  const binary = workshop.installed();

  expect(await findPacker(workshop.site, versions)).toMatchObject({ binary, version: "1.16.0" });
});

test("the setting PACKER has precedence, and a wrong one is an error", async () => {
  const workshop = openWorkshop();
  workshop.plugin();
  workshop.installed();
  workshop.packer("Packer v1.16.0");
  const own = workshop.packer("Packer v1.16.0", "my-packer");

  vi.stubEnv("PACKER", own);
  expect(await findPacker(workshop.site, versions)).toMatchObject({ binary: own, version: "1.16.0" });

  vi.stubEnv("PACKER", workshop.packer("Packer v1.17.3", "other-packer"));
  await expect(findPacker(workshop.site, versions)).rejects.toThrow(
    /using PACKER=.*other-packer: it is Packer 1\.17\.3, the templates need 1\.16\.0/,
  );

  vi.stubEnv("PACKER", `${own}-mistyped`);
  await expect(findPacker(workshop.site, versions)).rejects.toThrow(/using PACKER=.*-mistyped/);
});

test("Packer without its plugin does not count as installed", async () => {
  const workshop = openWorkshop();
  workshop.packer("Packer v1.16.0");

  expect(await findPacker(workshop.site, versions)).toBeUndefined();
});
