import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { commandsIn, inlineCommandsIn, whyImpossible } from "./documented-commands.ts";

const documents = ["README.md", "CONTRIBUTING.md", ...globSync(["docs/*.md", "packer/custom/**/*.md"])];
const inBlocks = documents.flatMap(commandsIn);

/** What runs each command that stands in a shell block and needs no AWS: a file, and the words there that do it. */
const ranBy: Readonly<Record<string, [file: string, words: string]>> = {
  "npm ci": [".ci/run", "npm ci"],
  "npm test": [".ci/run", "npm test"],
  "npm start": ["test/e2e/rehearsal.full.test.ts", "play()"],
  "npm run rehearse -- --story safety": ["test/e2e/safety.full.test.ts", 'play("--story", "safety")'],
  "npm run rehearse -- --story families": ["test/e2e/families.full.test.ts", 'play("--story", "families")'],
  "npm run rehearse -- --story fleets": ["test/e2e/fleets.full.test.ts", 'play("--story", "fleets")'],
  "npm run rehearse -- --story places": ["test/e2e/places.full.test.ts", 'play("--story", "places")'],
  "npm run rehearse -- --story fast-launch": ["test/e2e/fast-launch.full.test.ts", 'play("--story", "fast-launch")'],
  "node_modules/.bin/eks-windows-images completion >> ~/.bashrc": ["test/cli/program.test.ts", 'cli(["completion"])'],
  "npm run cli -- init": ["test/cli/init/init.test.ts", "isTerminal: true"],
  "npm run cli -- init --yes --subscriber team@example.com": ["test/cli/init/init.test.ts", '"--yes", "--subscriber"'],
  "npm run local": ["test/e2e/playground.full.test.ts", "runCommand("],
  "npm run custom": ["test/windows/custom.full.test.ts", "tryScripts"],
  "npm run custom -- --variant windows-2022-core-1.35": ["test/windows/custom.full.test.ts", "tryScripts"],
};

test("the documents have commands", () => {
  expect(inBlocks.length).toBeGreaterThan(10);
  expect(documents.flatMap(inlineCommandsIn).length).toBeGreaterThan(50);
});

describe("a command in a shell block", () => {
  test("is run by a test, or its block is marked as needing AWS", () => {
    const unproved = inBlocks.filter(({ command, needsAws }) => !needsAws && !Object.hasOwn(ranBy, command));
    expect(unproved.map(({ file, command }) => `${file}: ${command}`)).toEqual([]);
  });

  test("that needs AWS calls it", () => {
    const local = inBlocks.filter(
      ({ command, needsAws }) =>
        needsAws && !/^(aws|curl --aws-sigv4|npx sst|npm run cli --|\S+\/eks-windows-images) /.test(command),
    );
    expect(local.map(({ file, command }) => `${file}: ${command}`)).toEqual([]);
  });

  test.each(Object.entries(ranBy))("%s is run where the list says", (command, [file, words]) => {
    expect(readFileSync(file, "utf8")).toContain(words);
    expect(inBlocks.map((one) => one.command)).toContain(command);
  });
});

test.each(documents)("%s names scripts of package.json and options that they know", (file) => {
  const commands = [...commandsIn(file), ...inlineCommandsIn(file)].map(({ command }) => command);
  expect(commands.flatMap((command) => whyImpossible(command, packageJson.scripts) ?? [])).toEqual([]);
});

test.each([
  ["npm run rehearsal", "package.json has no script rehearsal"],
  ["npm run rehearse -- --storey safety", "local/rehearsal/command.ts has no option --storey"],
  ["npm run cli -- stauts", "Unknown argument: stauts"],
  ["npm run cli -- revoke --yes", "Not enough non-option arguments: got 0, need at least 1"],
  ["npx eks-windows-images status", "npx eks-windows-images is no tool of this project"],
])("%s would be found", (command, why) => {
  expect(whyImpossible(command, packageJson.scripts)).toBe(why);
});
