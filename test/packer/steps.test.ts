import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callsIn, packerDirectory, recipeScripts } from "./powershell.ts";

const build = read("build.pkr.hcl");
const [locals, blocks] = build.split(/^build \{/m) as [string, string];

test("the steps of a build come in order of their names", () => {
  const steps = [...blocks.matchAll(/for_each = local\.(update_rounds)|scripts\/?\}?\/([\w-]+)\.ps1/g)].map(
    ([, rounds, step]) => rounds ?? step,
  );

  expect(steps).toEqual([
    "10-files",
    "update_rounds",
    "25-updates-complete",
    "30-eks-tools",
    "40-containerd",
    "50-container-images",
    "60-custom",
    "70-verify",
    "80-report",
    "90-sysprep",
  ]);
});

test("a round of updates is the script and then a restart", () => {
  const rounds = locals.slice(locals.indexOf("update_rounds"));
  const parts = [...rounds.matchAll(/type += "([\w-]+)"|\/([\w-]+)\.ps1/g)].map(([, type, step]) => type ?? step);

  expect(parts).toEqual(["powershell", "20-windows-updates", "windows-restart"]);
});

test("every script is a step", () => {
  const used = [...(build + read("source.pkr.hcl")).matchAll(/\/([\w-]+\.ps1)/g)].map(([, name]) => name);

  expect([...new Set(used)].sort()).toEqual(readdirSync(join(packerDirectory, "scripts")).sort());
});

test("nothing follows the step that generalizes", () => {
  const last = blocks.split(/^ {2}(?:dynamic "provisioner"|provisioner "\w+") \{/m).at(-1);

  expect(last).toContain("90-sysprep.ps1");
  expect(last).toMatch(/skip_clean += true/);
});

test("every provisioner has a timeout", () => {
  const provisioners = `${blocks}${read("proof/build.pkr.hcl")}`.split(/provisioner" \{|provisioner "\w+" \{/).slice(1);

  for (const provisioner of provisioners) expect(provisioner).toMatch(/\btimeout += /);
});

test("what the steps read is what the template hands over", () => {
  const given = [...locals.matchAll(/^ {4}([A-Z_]+) += /gm)].map(([, name]) => name);
  const steps = recipeScripts().filter(({ path }) => !path.startsWith("proof/"));

  expect([...settingsReadBy(steps)].sort()).toEqual([...given, "UPLOADS"].sort());
});

test("what the proof reads is what its template hands over", () => {
  const given = [...read("proof/build.pkr.hcl").matchAll(/^ {6}([A-Z_]+) += /gm)].map(([, name]) => name);
  const checks = recipeScripts().filter(({ path }) => path.startsWith("proof/"));

  expect([...settingsReadBy(checks), "WORK_DIRECTORY"].sort()).toEqual(given.sort());
});

test("build and proof are deployed alike", () => {
  expect(read("proof/deployment.pkr.hcl")).toBe(read("deployment.pkr.hcl"));
  expect(read("proof/plugins.pkr.hcl")).toBe(read("plugins.pkr.hcl"));
});

test("each script calls itself by its name", () => {
  const steps = recipeScripts().filter(({ path }) => /scripts\/[1-9]/.test(path));
  const names = steps.map(({ path, root }) => {
    const call = callsIn(root).find(({ name }) => name === "Invoke-Step");
    return { path, name: /-Name '([\w-]+)'/.exec(call?.node.text ?? "")?.[1] };
  });

  for (const { path, name } of names) expect(path).toMatch(new RegExp(`/${name}\\.ps1$`));
});

test("user data is small enough for EC2 and holds nothing that Packer would render", () => {
  const scripts = ["proof/scripts/00-inventory.ps1", "scripts/00-communicator.ps1"].map(read).join("\n");

  expect(scripts.length).toBeLessThan(16 * 1024 - 100);
  expect(scripts).not.toContain("{{");
});

function settingsReadBy(scripts: ReturnType<typeof recipeScripts>): Set<string> {
  const names = scripts.flatMap(({ root }) =>
    callsIn(root)
      .filter(({ name }) => /^Get-(List|Map)?Setting$/.test(name))
      .map((call) => call.arguments[0]?.text.replaceAll("'", "") ?? ""),
  );
  return new Set(names.filter((name) => /^[A-Z_]+$/.test(name)));
}

function read(path: string): string {
  return readFileSync(join(packerDirectory, path), "utf8");
}
