import { beforeEach, describe, expect, test } from "vitest";
import { accountCheck } from "../../../cli/doctor/account.ts";
import { alarmsCheck } from "../../../cli/doctor/alarms.ts";
import { runChecks } from "../../../cli/doctor/run-checks.ts";
import { createSite } from "../../../cli/doctor/site.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { cli, widest } from "../cli.ts";
import { type Answers, allWell, allWrong, answerWith, awsError } from "./imaginary-account.ts";
import { answering, config, findingsOf, giveCredentials, linesOf } from "./ran.ts";

beforeEach(giveCredentials);

describe("an account in which all is well", () => {
  test("has no ✗, and one ? for what a simulation does not see", async () => {
    answerWith(allWell);

    const ran = await cli(["doctor", "--json"], { config, call: answering("current") });

    expect(findingsOf(ran)).toEqual([
      "account: ✓ caller",
      "account: ✓ region",
      "quotas: ✓ quota-enough",
      "quotas: ✓ quota-enough",
      "quotas: ✓ quota-enough",
      "sources: ✓ parameter-there",
      "network: ✓ subnet-public",
      "permissions: ✓ may-deploy",
      "permissions: ✓ may-call",
      "permissions: ✓ role-works",
      "permissions: ✓ role-works",
      "permissions: ✓ role-works",
      "permissions: ✓ role-works",
      "permissions: ? beyond-simulation",
      "subscribers: ✓ subscribers-confirmed",
      "subscribers: ✓ subscribers-confirmed",
      "reconcile: ✓ reconcile-recent",
      "alarms: ✓ alarms-quiet",
      "hosts: ✓ hosts-answer",
      "fleets: ✓ fleets-unguarded",
      "fast launch: ✓ fast-launch-usable",
      "fast launch: ✓ fast-launch-role",
      "fast launch: ✓ fast-launch-key",
      "fast launch: ✓ fast-launch-room",
    ]);
    expect(ran.exitCode).toBe(0);
    expect(JSON.parse(ran.stdout).wrong).toBe(false);
  });

  test("is asked nothing that could change it", async () => {
    const calls = answerWith(allWell);
    await cli(["doctor"], { config, call: answering("current") });
    expect(calls.filter((call) => !/:(Get|Describe|List|BatchGet|Simulate)/.test(call))).toEqual([]);
    expect(new Set(calls)).toEqual(new Set(Object.keys(allWell)));
  });

  test("is asked nothing about launch templates without policies.fastLaunch", async () => {
    const calls = answerWith(allWell);

    const ran = await cli(["doctor", "--json"], { config: { ...config, policies: {} }, call: answering("current") });

    expect(findingsOf(ran).filter((finding) => finding.startsWith("fast launch"))).toEqual([]);
    expect(calls.filter((call) => /^(autoscaling|eks):|LaunchTemplate/.test(call))).toEqual([]);
  });

  test("simulates the role behind a session, with its path", async () => {
    const sources: unknown[] = [];
    answerWith({
      ...allWell,
      "iam:SimulatePrincipalPolicy": (input) => {
        sources.push(input.PolicySourceArn);
        return allWell["iam:SimulatePrincipalPolicy"](input);
      },
    });
    await cli(["doctor"], { config, call: answering("current") });
    const role = (noun: string) => `arn:aws:iam::123456789012:role/${noun}`;
    const ours = ["reconcile", "api", "build", "fast-launch"].map((noun) =>
      role(`eks-windows-images-production-us-east-1-${noun}`),
    );
    expect(new Set(sources)).toEqual(new Set([role("team/deployers"), ...ours]));
  });
});

describe("an account in which everything is wrong", () => {
  test("has a ✗ for each, and the exit code 3", async () => {
    answerWith(allWrong);

    const ran = await cli(["doctor", "--json", "--region", "cn-north-1"], { config, call: answering("refused") });

    expect([...new Set(findingsOf(ran))]).toEqual([
      "account: ✓ caller",
      "account: ✗ no-function-urls",
      "quotas: ✗ quota-too-small",
      "sources: ✗ parameter-missing",
      "network: ✗ no-default-vpc",
      "permissions: ? does-not-deploy",
      "permissions: ? does-not-call",
      "permissions: ✗ role-hindered",
      "permissions: ? beyond-simulation",
      "subscribers: ✗ subscription-unconfirmed",
      "subscribers: ✗ not-subscribed",
      "reconcile: ✗ reconcile-never",
      "alarms: ✗ alarm-missing",
      "alarms: ✗ alarm-rings",
      "alarms: ✗ alarm-muted",
      "hosts: ✗ hosts-silent",
      "fleets: ✗ fleet-refused",
      "fast launch: ? fast-launch-mapped",
      "fast launch: ✗ fast-launch-wasted",
      "fast launch: ✗ fast-launch-no-role",
      "fast launch: ? fast-launch-key-unseen",
      "fast launch: ✗ fast-launch-too-many",
    ]);
    expect(ran.exitCode).toBe(3);
  });

  test("is told in lines of at most 80 columns, each ✗ with what to do", async () => {
    answerWith(allWrong);

    const { stdout, exitCode } = await cli(["doctor"], { config, call: answering("refused") });

    expect(widest(stdout)).toBeLessThanOrEqual(80);
    const marked = stdout.split(/\n(?= {2}[✓✗?] |\S)/).filter((block) => block.startsWith("  ✗"));
    expect(marked.length).toBeGreaterThan(10);
    expect(marked.filter((block) => !block.includes("→"))).toEqual([]);
    expect(stdout).toMatch(/\d+ ✓, \d+ ✗, \d+ \?\n$/);
    expect(exitCode).toBe(3);
  });
});

describe("before there is a deployment", () => {
  const missing = () => {
    throw awsError("ResourceNotFoundException", "Function not found");
  };
  const undeployed: Answers = {
    ...allWell,
    "lambda:GetFunctionConcurrency": missing,
    "lambda:GetFunctionConfiguration": missing,
    "codebuild:ListBuildsForProject": missing,
  };

  test("what needs one says so, and nothing is wrong", async () => {
    answerWith(undeployed);

    const ran = await cli(["doctor", "--json"], { config: { ...config, fleets: [] } });

    const about = findingsOf(ran).filter((finding) => finding.includes("not-deployed"));
    expect(about).toEqual(
      ["permissions", "subscribers", "reconcile", "alarms", "hosts"].map((check) => `${check}: ? not-deployed`),
    );
    expect(ran.exitCode).toBe(0);
  });

  test("who may not deploy gets a ✗", async () => {
    answerWith({ ...undeployed, "iam:SimulatePrincipalPolicy": allWrong["iam:SimulatePrincipalPolicy"] });

    const ran = await cli(["doctor", "--json"], { config: { ...config, fleets: [] } });

    expect(findingsOf(ran)).toEqual(
      expect.arrayContaining(["permissions: ✗ may-not-deploy", "permissions: ✗ may-not-call"]),
    );
  });

  test("Packer's hosts are not known before the first build", async () => {
    answerWith({ ...allWell, "codebuild:ListBuildsForProject": () => ({ ids: [] }) });
    const ran = await cli(["doctor"], { config, call: answering("current") });
    expect(ran.stdout).toContain("not known before the first build");
  });
});

describe("what cannot be read", () => {
  test("is a ? that names the denied action, for every call of doctor", async () => {
    for (const denied of Object.keys(allWell).filter((action) => action !== "sts:GetCallerIdentity")) {
      const { [denied as keyof Answers]: _, ...others } = allWell;
      answerWith(others);
      const ran = await cli(["doctor", "--json"], { config, call: answering("current") });
      const says = linesOf(ran).filter(({ finding, text }) => finding === "denied" && text.includes(denied));
      // The role's name is a good guess of its ARN.
      if (denied !== "iam:GetRole") expect(says, denied).not.toEqual([]);
      expect(ran.exitCode, denied).toBe(0);
    }
  });

  test("is everything without credentials, which is said once", async () => {
    const refuse = () => {
      throw awsError("ExpiredToken", "The security token included in the request is expired");
    };
    const calls = answerWith({ ...allWell, "sts:GetCallerIdentity": refuse });
    const ran = await cli(["doctor", "--json"], { config });
    expect(findingsOf(ran)).toEqual([
      "account: ✗ credentials-refused",
      "account: ✓ region",
      "everything else: ? unchecked",
    ]);
    expect(ran.exitCode).toBe(3);
    expect(calls).toEqual(["sts:GetCallerIdentity"]);
  });

  test("is said of a check that AWS never answers", async () => {
    answerWith(allWell);
    const site = createSite(
      { region: "us-east-1" },
      {
        stage: "production",
        configuration: parseConfiguration(config),
        isLocal: false,
        now: Date.now,
        get: async () => ({}),
      },
    );
    const quick = { ...accountCheck, run: async () => [] };
    const hanging = { ...alarmsCheck, run: () => new Promise<never>(() => undefined) };
    const reports = await runChecks([quick, hanging], site, undefined, 50);
    expect(reports.flatMap(({ lines }) => lines.map(({ finding }) => finding))).toEqual(["no-answer"]);
  });
});

test("an interruption ends it at once, without an answer", async () => {
  const interruption = new AbortController();
  answerWith({
    ...allWell,
    "ec2:DescribeVpcs": () => {
      interruption.abort(new Error("interrupted"));
      return allWell["ec2:DescribeVpcs"]({});
    },
  });
  const { exitCode, stdout } = await cli(["doctor"], {
    config,
    call: () => new Promise<never>(() => undefined),
    signal: interruption.signal,
  });
  expect([exitCode, stdout]).toEqual([130, ""]);
});

test("a mistake in config.ts is an error and no line", async () => {
  answerWith(allWell);
  const { exitCode, stderr } = await cli(["doctor"], { config: { variants: [] } });
  expect(stderr).toContain("at least one variant");
  expect(exitCode).toBe(1);
});

test("on the local stack, what its emulators do not answer is a ?", async () => {
  answerWith(allWell);
  const ran = await cli(["doctor", "--json", "--local"], { config, call: answering("current") });
  expect(findingsOf(ran)).toEqual([
    "account: ✓ caller",
    "account: ✓ region",
    "quotas: ? not-emulated",
    "sources: ✓ parameter-there",
    ...["network", "permissions", "subscribers", "reconcile", "alarms", "hosts"].map(
      (check) => `${check}: ? not-emulated`,
    ),
    "fleets: ✓ fleets-unguarded",
    "fast launch: ? not-emulated",
  ]);
  expect(ran.exitCode).toBe(0);
});
