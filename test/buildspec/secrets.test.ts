import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./workshop.ts";

const secret = "planted-8Qw2nL5zTs";

/** CodeBuild gives a build the credentials of its role; the rest is what somebody may have added to the project. */
const planted = {
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: secret,
  REGISTRY_PASSWORD: secret,
};

/** Everything that leaves a build: its log, what it exports, calls of AWS and Packer, and the files of its run. */
function left({ directory, outcome, awsCalls, called }: Workshop, output: string): string {
  const run = join(directory, "run");
  const files = readdirSync(run, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
  const packer = readdirSync(join(directory, "fake")).filter((name) => name.startsWith("packer-"));
  return JSON.stringify([output, outcome(), awsCalls(), packer.map((name) => called(name)), texts]);
}

test.each([
  ["succeeds", {}, 0],
  ["fails in Packer", { image: `echo "Build 'amazon-ebs.layer' errored: no capacity"; exit 1` }, 1],
  ["fails in AWS", { aws: 'echo "AccessDenied" >&2; exit 254' }, 1],
  ["has no answer about its proof", { proof: "exit 1" }, 1],
])("a secret in the environment of a build that %s is in nothing that leaves it", async (_, behaviour, code) => {
  const workshop = openWorkshop(behaviour);

  const ended = await workshop.run(["buildspec/build.sh"], planted);

  expect(ended.code, ended.output).toBe(code);
  expect(left(workshop, ended.output)).not.toContain(secret);
});

test("Packer and the AWS CLI do get the credentials of the role", async () => {
  const workshop = openWorkshop({ image: '[ -n "$AWS_SESSION_TOKEN" ] && . "$FAKE/manifest" && . "$FAKE/report"' });

  expect((await workshop.run(["buildspec/build.sh"], planted)).code).toBe(0);
});
