import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { renderConfig, shippedAnswers } from "../../../cli/init/render.ts";
import { publishAll } from "../../../local/aws/public-images.ts";
import { type Aws, startAws } from "../../rim/aws.ts";
import { cli } from "../cli.ts";

const shipped = renderConfig(shippedAnswers);
let aws: Aws;
let folder: string;
let file: string;

beforeAll(async () => {
  aws = await startAws();
  await publishAll(aws.emulator, new Date("2026-11-01"));
});
afterAll(() => aws.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-"));
  file = join(folder, "config.ts");
});
afterEach(() => rmSync(folder, { recursive: true }));

const init = (...args: string[]) => cli(["init", "--config", file, ...args]);
const written = () => readFileSync(file, "utf8");

/** The emulated account has no public default VPC. */
const usual = ["--yes", "--network", "public"];
const everyOption = [
  ...["--variant", "windows-2022-core-1.35", "--network", "public"],
  ...["--subscriber", "ann@example.com", "--operator", "ann@example.com"],
];

describe("without a terminal", () => {
  test("--yes takes the default of every question: the shipped config.ts", async () => {
    const { exitCode, stdout, stderr } = await init(...usual);
    expect(written()).toBe(shipped);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("is written. Next:\n  1. npm ci && npm run pin");
  });

  test("options answer every question", async () => {
    const { exitCode } = await init(
      "--yes",
      ...["--variant", "windows-2025-core-1.36", "--variant", "windows-2019-full-1.33"],
      ...["--network", "vpc", "--vpc", "vpc-0123456789abcdef0", "--subnet", "subnet-0123456789abcdef0"],
      ...["--subscriber", "ann@example.com", "--operator", "bob@example.com"],
    );
    expect(exitCode).toBe(0);
    expect(written()).toBe(
      renderConfig({
        variants: [
          { windows: 2025, edition: "Core", kubernetes: "1.36" },
          { windows: 2019, edition: "Full", kubernetes: "1.33" },
        ],
        network: { kind: "vpc", vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] },
        subscribers: ["ann@example.com"],
        operators: ["bob@example.com"],
        functionUrl: true,
      }),
    );
  });

  test("--json answers with the configuration and the next steps", async () => {
    const { stdout } = await init(...usual, "--json", "--subscriber", "ann@example.com");
    const answer = JSON.parse(stdout);
    expect(answer.config.subscribers).toEqual([{ protocol: "email", endpoint: "ann@example.com" }]);
    expect(answer.nextSteps.join()).toContain("ann@example.com must confirm");
  });

  test("a Region without function URLs is configured without one", async () => {
    await init(...usual, "--region", "eu-south-2");
    expect(written()).toContain("functionUrl: false");
  });

  test.each([
    ["a question without an answer", [], 4, "--variant is missing"],
    ["a file that nobody has agreed to", everyOption, 4, "--yes does it without a question"],
    ["a default network that the account does not have", ["--yes"], 2, "→ --network vpc"],
    ["a question that --yes cannot answer", ["--yes", "--network", "vpc"], 2, "needs --vpc and --subnet"],
    ["an image that AWS does not have", ["--yes", "--variant", "windows-2022-core-1.29"], 2, "AWS has images for"],
    ["what is no mail address", [...usual, "--operator", "ann"], 2, "--operator ann is no mail address"],
    ["a wrong VPC", ["--yes", "--vpc", "mine", "--subnet", "subnet-0123456789abcdef0"], 1, 'vpcId is "mine"'],
  ])("%s is refused, and nothing is written", async (_, args, code, why) => {
    const { exitCode, stderr } = await init(...args);
    expect(stderr).toContain(why);
    expect(exitCode).toBe(code);
    expect(written).toThrow("ENOENT");
  });

  test("an account that may not be asked gets the built-in list, with a warning", async () => {
    const mend = await aws.emulator.failCalls({ code: "AccessDeniedException", message: "no" });
    const { exitCode, stderr } = await init(...usual);
    await mend();
    expect(exitCode).toBe(0);
    expect(written()).toBe(shipped);
    expect(stderr).toContain("AWS was not asked which images it has (AccessDeniedException: no)");
    expect(stderr).toContain("networks are not known");
  });
});

describe("at a terminal", () => {
  test("asks what no option answers, shows the file and writes it once a person agrees", async () => {
    const { vpcId, subnetId } = aws.emulator.network;
    const answers = [["windows-2022-core-1.36"], "vpc", vpcId, [subnetId], "ann@example.com, bob@example.com", true];
    const args = ["init", "--config", file, "--operator", "ops@example.com"];
    const { exitCode, stdout, asked } = await cli(args, { isTerminal: true, answers });
    expect(exitCode).toBe(0);
    expect(asked.map((question) => question.split(/[?,]/)[0])).toEqual([
      "Which images",
      "Where do builds run",
      "The VPC",
      "Its private subnets",
      "Who is told about images (mail addresses",
      expect.stringMatching(/^Write .*config.ts$/),
    ]);
    expect(stdout).toContain(written());
    expect(written()).toBe(
      renderConfig({
        variants: [{ windows: 2022, edition: "Core", kubernetes: "1.36" }],
        network: { kind: "vpc", vpcId, subnetIds: [subnetId] },
        subscribers: ["ann@example.com", "bob@example.com"],
        operators: ["ops@example.com"],
        functionUrl: true,
      }),
    );
  });

  test("writes nothing if the person says no", async () => {
    const { exitCode } = await cli(["init", "--config", file, ...everyOption], { isTerminal: true, answers: [false] });
    expect(exitCode).toBe(1);
    expect(written).toThrow("ENOENT");
  });
});

describe("a config.ts that somebody has changed", () => {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=ann", "-c", "user.email=ann@example.com", ...args]);
  const commit = (text: string) => {
    git("init", "--quiet");
    writeFileSync(file, text);
    git("add", "config.ts");
    git("commit", "--quiet", "--message", "config");
  };

  test.each([
    [
      "and not committed",
      () => {
        commit(shipped);
        writeFileSync(file, "// mine\n");
      },
      "are not committed",
    ],
    ["and committed", () => commit("// mine\n"), "edited and committed"],
    ["outside of git", () => writeFileSync(file, "// mine\n"), "git has no copy"],
  ])("%s stays, unless --force says otherwise", async (_, change, why) => {
    change();

    const refused = await init(...usual);

    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(why);
    expect(refused.stderr).toContain("--force writes over it");
    expect(written()).toBe("// mine\n");
    expect((await init(...usual, "--force")).exitCode).toBe(0);
    expect(written()).toBe(shipped);
  });

  test("is one only if it differs from the shipped one", async () => {
    commit(shipped);
    expect((await init("--yes", "--subscriber", "ann@example.com", "--network", "public")).exitCode).toBe(0);
    expect(written()).toContain("ann@example.com");
  });
});
