import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { buildVariables, exportedVariables } from "../../functions/config/build-variables.ts";
import { openWorkshop } from "./workshop.ts";

/** Variables that the project sets for all its builds. */
const deployed = ["STAGE", "BUCKET", "PACKER_RELEASE_URL", "PACKER_DEPLOYMENT", "ADDRESS_URL", "SECOND_PROOF_MINUTES"];

const directory = new URL("../../buildspec/", import.meta.url);
const { env, phases } = parse(read("build.yml"));

test("the buildspec exports exactly the variables that the service reads", () => {
  expect(env["exported-variables"]).toEqual(exportedVariables);
});

test("the modules run here on the Node.js that the buildspec names", () => {
  expect(phases.install).toEqual({ "runtime-versions": { nodejs: Number(process.versions.node.split(".")[0]) } });
});

test("a build has set exactly the exported variables once it has ended", async () => {
  const { run, directory: TMPDIR, variables } = openWorkshop();
  const environmentFile = join(TMPDIR, "environment.json");
  const before: Record<string, string> = { ...variables, TMPDIR };
  const commands = [
    ...phases.build.commands,
    ...phases.post_build.commands,
    `node -e 'process.stdout.write(JSON.stringify(process.env))' >'${environmentFile}'`,
  ];

  await run(["-c", commands.join("\n")], before);

  const after = JSON.parse(readFileSync(environmentFile, "utf8"));
  const ofBash = ["PWD", "OLDPWD", "SHLVL", "_"];
  const set = Object.keys(after).filter((name) => !(name in before) && !ofBash.includes(name));
  expect(set.sort()).toEqual(exportedVariables.toSorted());
  expect(readdirSync(join(after.RUN_DIR, "outcome")).sort()).toEqual(exportedVariables.toSorted());
});

test("the scripts read no variable that neither an order, the project nor the buildspec sets", () => {
  const known = [...buildVariables, ...deployed, ...Object.keys(env.variables), "RUN_DIR"];

  expect(readByScripts().filter((name) => !known.includes(name))).toEqual([]);
});

test("the scripts do not read the variables that only the service and operators read", () => {
  const unread = [...buildVariables, ...deployed].filter((name) => !readByScripts().includes(name));

  expect(unread).toEqual(["VARIANT", "INPUTS", "ATTEMPT", "REASONS", "STAGE"]);
});

/** Returns the variables that the scripts read and that none of them sets. */
function readByScripts(): string[] {
  const files = readdirSync(directory);
  const shell = textOf(files.filter((name) => name.endsWith(".sh")));
  const modules = textOf(files.filter((name) => name.endsWith(".mjs")));
  const names = [...namesIn(shell, /\$\{?([A-Z][A-Z_]+)/g), ...namesIn(modules, /\benv\.([A-Z_]+)/g)];
  const set = ["BASH_REMATCH", ...namesIn(shell, /(?<![$\w])([A-Z][A-Z_]+)=/g)];
  return [...new Set(names)].filter((name) => !set.includes(name));
}

function textOf(files: string[]): string {
  return files.map((name) => read(name).replace(/^\s*#.*$/gm, "")).join("\n");
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

function read(name: string): string {
  return readFileSync(new URL(name, directory), "utf8");
}
