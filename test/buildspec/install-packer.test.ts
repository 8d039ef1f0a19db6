import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { openWorkshop, serve, type Workshop } from "./workshop.ts";

const archive = "packer_1.99.0_linux_amd64.zip";
const zip = Buffer.from(
  zipSync({ "LICENSE.txt": strToU8("BUSL\n"), packer: strToU8("#!/bin/sh\necho Packer v1.99.0\n") }),
);
const sha256 = createHash("sha256").update(zip).digest("hex");

/** Installs the Packer that a given pin names. */
function install(workshop: Workshop, pin: string, url: string) {
  const file = join(workshop.directory, "pin");
  writeFileSync(file, pin);
  return workshop.run(["buildspec/install-packer.sh", file, workshop.variables.RUN_DIR as string], {
    PACKER_RELEASE_URL: url,
  });
}

describe("Packer on the PATH", () => {
  test("is used if it is the pinned version", async () => {
    const workshop = openWorkshop({ version: "echo 'Packer v1.99.0'; echo; echo 'A newer one is out'" });

    const { code, output } = await install(workshop, `${"0".repeat(64)}  ${archive}\n`, "http://127.0.0.1:9");

    expect(code).toBe(0);
    expect(output).toContain(join(workshop.directory, "bin/packer"));
  });

  test.each(["echo 'Packer v1.98.0'", "echo 'Packer v1.99.0-dev'", "cat; exit 0", "exit 1"])(
    "is ignored if it answers: %s",
    async (version) => {
      const workshop = openWorkshop({ version });
      const url = await serve({ [`/packer/1.99.0/${archive}`]: zip });

      const { output } = await install(workshop, `${sha256}  ${archive}\n`, url);

      expect(output).toContain(join(workshop.variables.RUN_DIR as string, "packer"));
    },
  );
});

describe("Packer from the release host", () => {
  const another = { version: "echo 'Packer v1.0.0'" };

  test("is installed if it has the pinned SHA-256", async () => {
    const workshop = openWorkshop(another);
    const url = await serve({ [`/packer/1.99.0/${archive}`]: zip });

    const { code } = await install(workshop, `# where it is from\n${sha256}  ${archive}\n`, url);

    const { output } = await workshop.run(["-c", '"$RUN_DIR/packer" version']);
    expect(code).toBe(0);
    expect(output).toBe("Packer v1.99.0\n");
  });

  test("is refused if it has another SHA-256", async () => {
    const workshop = openWorkshop(another);
    const url = await serve({ [`/packer/1.99.0/${archive}`]: zip });

    const { code } = await install(workshop, `${"0".repeat(64)}  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(sha256);
    expect(existsSync(join(workshop.variables.RUN_DIR as string, "packer"))).toBe(false);
  });

  test.each([
    ["no line", "# nothing yet\n"],
    ["an empty checksum", `  ${archive}\n`],
    ["half a checksum", `${sha256.slice(32)}  ${archive}\n`],
    ["two lines", `${sha256}  ${archive}\n${sha256}  ${archive}\n`],
    ["a hostile name", `${sha256}  packer_1.99.0$(touch pwned)_linux_amd64.zip\n`],
  ])("is refused if the pin has %s", async (_, pin) => {
    const workshop = openWorkshop(another);
    const url = await serve({ [`/packer/1.99.0/${archive}`]: zip });

    const { code } = await install(workshop, pin, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
  });

  test.each([
    ["requires a login", async () => serve({}, 403)],
    ["does not answer", async () => "http://127.0.0.1:9"],
    ["names a local file", async () => "file:///etc/passwd#"],
    ["is not an address", async () => "$(touch pwned)"],
  ])("fails with class download if its address %s", async (_, address) => {
    const workshop = openWorkshop(another);
    const url = await address();

    const { code } = await install(workshop, `${sha256}  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "download" });
    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
  });
});

test.each([404, 410])("an address of Packer that answers %i is a mistake in the configuration", async (status) => {
  const workshop = openWorkshop({ version: "echo 'Packer v1.0.0'" });
  const url = await serve({}, status);

  const { code } = await install(workshop, `${sha256}  ${archive}\n`, url);

  expect(code).not.toBe(0);
  expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "template" });
  expect(workshop.outcome().FAILURE_CAUSE).toContain(`${url}/packer/1.99.0/${archive} does not exist (HTTP ${status})`);
});

test("the recipe pins one version and its SHA-256", async () => {
  const workshop = openWorkshop({ version: "echo 'Packer v1.16.0'" });

  const { code } = await workshop.run([
    "buildspec/install-packer.sh",
    "buildspec/packer.sha256",
    workshop.variables.RUN_DIR as string,
  ]);

  expect(code).toBe(0);
});
