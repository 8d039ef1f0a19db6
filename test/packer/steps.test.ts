import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callsIn, packerDirectory, recipeScripts } from "./powershell.ts";

const build = read("build.pkr.hcl");
const [locals, blocks] = build.split(/^build \{/m) as [string, string];
const provisioners = blocks
  .split(/^ {2}(?=dynamic "provisioner"|provisioner ")/m)
  .slice(1)
  .map((block) => block.replace(/^(dynamic |)"?provisioner"? ?/, ""));

const steps = [
  { step: "10-files" },
  { step: "12-prerequisites" },
  { step: "15-containers-feature", of: "assemble" },
  { step: "restart", of: "assemble" },
  { step: "update_rounds" },
  { step: "25-updates-complete" },
  { step: "27-upkeep" },
  { step: "30-aws-cli" },
  { step: "31-harvested-files", of: "assemble" },
  { step: "32-containerd-install", of: "assemble" },
  { step: "33-kubernetes" },
  { step: "34-eks-tools" },
  { step: "36-first-start" },
  { step: "40-containerd" },
  { step: "50-container-images" },
  { step: "60-custom" },
  { step: "restart" },
  { step: "65-page-file" },
  { step: "70-verify" },
  { step: "80-report" },
  { step: "85-appx" },
  { step: "90-sysprep" },
];

test("the steps of a build run in the order of their names, including those of assemble only", () => {
  const found = provisioners.flatMap((block) => {
    const step = /local\.(update_rounds)|\/(\d\d-[\w-]+)\.ps1|\["(85-appx)"\]/.exec(block)?.slice(1).find(Boolean);
    const of = /^ {4}only += \["amazon-ebs\.(\w+)"\]$/m.exec(block)?.[1];
    const name = step ?? (block.startsWith('"windows-restart"') ? "restart" : undefined);
    return name ? [{ step: name, ...(of && { of }) }] : [];
  });

  expect(found).toEqual(steps);
});

test("a round of updates is the script followed by a restart", () => {
  const rounds = locals.slice(locals.indexOf("update_rounds"));
  const parts = [...rounds.matchAll(/type += "([\w-]+)"|\/([\w-]+)\.ps1/g)].map(([, type, step]) => type ?? step);

  expect(parts).toEqual(["powershell", "20-windows-updates", "windows-restart"]);
});

test("every script is a step", () => {
  const used = [...(build + read("source.pkr.hcl")).matchAll(/\/([\w-]+\.ps1)/g)].map(([, name]) => name);

  expect([...new Set([...used, "85-appx.ps1"])].sort()).toEqual(readdirSync(join(packerDirectory, "scripts")).sort());
});

test("apps are removed by SYSTEM, on editions that have apps", () => {
  const block = provisioners.find((text) => text.includes("85-appx"));

  expect(block).toMatch(/for_each += var\.edition == "Full" \? \["85-appx"\] : \[\]/);
  expect(block).toMatch(/elevated_user += "SYSTEM"/);
});

test("custom scripts run as SYSTEM", () => {
  const block = provisioners.find((text) => text.includes("60-custom"));

  expect(block).toMatch(/elevated_user += "SYSTEM"/);
});

test("nothing follows the step that generalizes", () => {
  const last = provisioners.at(-1);

  expect(last).toContain("90-sysprep.ps1");
  expect(last).toMatch(/skip_clean += true/);
});

test("every provisioner has a timeout", () => {
  const others = ["proof/build.pkr.hcl", "harvest/build.pkr.hcl"].map((path) =>
    read(path)
      .split(/provisioner "\w+" \{/)
      .slice(1),
  );

  for (const provisioner of [...provisioners, ...others.flat()]) expect(provisioner).toMatch(/\btimeout += /);
});

test("every restart waits until Windows has finished it, but not for a further restart", () => {
  const restarts = build.split(/windows-restart"/).slice(1);
  const keys = /restart_keys = \[([^\]]+)\]/.exec(locals)?.[1] ?? "";

  expect(restarts).toHaveLength(3);
  for (const restart of restarts)
    expect(restart).toMatch(
      /^[\s\S]{1,200}restart_timeout += var\.restart_timeout\n +check_registry += true\n +registry_keys += local\.restart_keys\n/,
    );
  expect(keys.split(",").map((key) => /(\w+)"$/.exec(key)?.[1])).toEqual(["RebootInProgress"]);
});

test("Windows may install for less than half of a round of updates", () => {
  const [minutes, limit] = [
    /"servicing_minutes"[\s\S]+?default += (\d+)/,
    /"updates_timeout"[\s\S]+?default += "(\d+)m"/,
  ].map((pattern) => Number(pattern.exec(read("waits.pkr.hcl"))?.[1])) as [number, number];

  expect(minutes * 2).toBeLessThan(limit);
});

test("the template sets exactly the variables that the steps read", () => {
  const given = [...build.matchAll(/^ {4,6}([A-Z_]+) += /gm)].map(([, name]) => name);
  const scripts = recipeScripts().filter(({ path }) => !/^(proof|harvest|first-contact)\//.test(path));

  expect([...settingsReadBy(scripts)].sort()).toEqual([...given, "UPLOADS"].sort());
});

test.each(["proof", "harvest", "first-contact"])(
  "the template of the %s sets exactly the variables that its scripts read",
  (template) => {
    const given = [...read(`${template}/build.pkr.hcl`).matchAll(/^ {6}([A-Z_]+) += /gm)].map(([, name]) => name);
    const scripts = recipeScripts().filter(({ path }) => path.startsWith(`${template}/`));
    const modules = recipeScripts().filter(({ path }) => path.startsWith("modules/"));

    const asked = settingsReadBy(scripts);
    const askedByModules = settingsReadBy(modules);

    expect([...asked].filter((name) => !given.includes(name))).toEqual([]);
    expect(given.filter((name = "") => !asked.has(name) && !askedByModules.has(name))).toEqual([]);
  },
);

test.each(["proof", "harvest"])("build and %s have the same deployment variables and plugins", (template) => {
  expect(read(`${template}/deployment.pkr.hcl`)).toBe(read("deployment.pkr.hcl"));
  expect(read(`${template}/plugins.pkr.hcl`)).toBe(read("plugins.pkr.hcl"));
});

test("proof, harvest and first contact have the same waits", () => {
  const waits = ["proof", "harvest", "first-contact"].map((template) =>
    read(`${template}/waits.pkr.hcl`).replace(/^#.*\n/gm, ""),
  );

  expect(new Set(waits).size).toBe(1);
});

test.each(["proof", "harvest", "first-contact"])("build and %s wait equally long for WinRM", (template) => {
  const [own, other] = ["waits.pkr.hcl", `${template}/waits.pkr.hcl`].map((path) => variablesOf(path).winrm_timeout);

  expect(other).toBe(own);
});

test("no script raises the limit of a WinRM operation, because Packer notices nothing while one lasts", () => {
  const setting = recipeScripts().flatMap(({ root }) =>
    callsIn(root).filter(({ node }) => /^Set-Item\b.*MaxTimeoutms|\bwinrm\b.*MaxTimeoutms/i.test(node.text)),
  );

  expect(setting).toEqual([]);
});

test.each(["proof", "harvest"])("a variable that build and %s both use has the same validation", (template) => {
  const own = variablesOf("variables.pkr.hcl");
  const shared = Object.entries(variablesOf(`${template}/variables.pkr.hcl`)).filter(([name]) => name in own);

  const used = shared.filter(([, text]) => !text.includes("Not used"));
  expect(used.length).toBeGreaterThan(4);
  for (const [name, text] of used) expect(validationOf(text), name).toBe(validationOf(own[name] ?? ""));
});

test("each script names its step after its file", () => {
  const steps = recipeScripts().filter(({ path }) => /scripts\/[1-9]/.test(path));
  const names = steps.map(({ path, root }) => {
    const call = callsIn(root).find(({ name }) => name === "Invoke-Step");
    return { path, name: /-Name '([\w-]+)'/.exec(call?.node.text ?? "")?.[1] };
  });

  for (const { path, name } of names) expect(path).toMatch(new RegExp(`/${name}\\.ps1$`));
});

test("user data fits the limit of EC2 and contains nothing that Packer would render", () => {
  const scripts = ["proof/scripts/00-inventory.ps1", "scripts/00-communicator.ps1", "proof/scripts/05-winrm-open.ps1"]
    .map(read)
    .join("\n");

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

function variablesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    [...read(path).matchAll(/^variable "(\w+)" \{\n[\s\S]+?^\}$/gm)].map(([text, name]) => [name, text]),
  );
}

function validationOf(variable: string): string | undefined {
  return /^ {2}validation \{[\s\S]+?^ {2}\}/m.exec(variable)?.[0];
}

function read(path: string): string {
  return readFileSync(join(packerDirectory, path), "utf8");
}
