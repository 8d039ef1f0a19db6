import { TimeoutError } from "p-timeout";
import { describe, expect, test } from "vitest";
import { judgeCaller, judgeRegion } from "../../../cli/doctor/account.ts";
import { judgeAlarms } from "../../../cli/doctor/alarms.ts";
import { lineOfError, NotDeployed } from "../../../cli/doctor/failed-checks.ts";
import { judgeFleets } from "../../../cli/doctor/fleets.ts";
import { judgeHosts } from "../../../cli/doctor/hosts.ts";
import type { Line } from "../../../cli/doctor/lines.ts";
import { judgeQuota } from "../../../cli/doctor/quotas.ts";
import { judgeNewest } from "../../../cli/doctor/reconcile.ts";
import { judgeSources, sourcesOf } from "../../../cli/doctor/sources.ts";
import { judgeSubscribers } from "../../../cli/doctor/subscribers.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { hour, minute } from "../../../functions/config/time.ts";
import { tooFewBuilds } from "../../../infra/quotas.ts";

const now = Date.parse("2026-12-01T12:00:00Z");

function short(lines: Line | Line[]): string[] {
  return [lines].flat().map(({ mark, finding }) => `${mark} ${finding}`);
}

describe("the caller", () => {
  const alice = { arn: "arn:aws:iam::123456789012:user/alice", account: "123456789012", partition: "aws" };
  const root = { ...alice, arn: "arn:aws:iam::123456789012:root" };
  const named = (name: string) => Object.assign(new Error("says AWS"), { name });

  test.each([
    ["a user without an end", alice, undefined, ["✓ caller"]],
    ["a session of an hour", alice, now + hour, ["✓ caller"]],
    ["a session of ten minutes", alice, now + 10 * minute, ["✓ caller", "? credentials-end-soon"]],
    ["the root user", root, undefined, ["? root-user"]],
    ["nobody", named("CredentialsProviderError"), undefined, ["✗ no-credentials"]],
    ["an expired session", named("ExpiredToken"), undefined, ["✗ credentials-refused"]],
    ["an expired session of another kind", named("ExpiredTokenException"), undefined, ["✗ credentials-refused"]],
    ["a wrong key", named("InvalidClientTokenId"), undefined, ["✗ credentials-refused"]],
    ["a wrong secret", named("SignatureDoesNotMatch"), undefined, ["✗ credentials-refused"]],
  ])("%s", (_, identity, ends, expected) => {
    expect(short(judgeCaller({ region: "us-east-1", identity, ends }, now))).toEqual(expected);
  });

  test("is named with account and end", () => {
    const [line] = judgeCaller({ region: "us-east-1", identity: alice, ends: now + hour }, now);
    expect(line?.text).toBe("arn:aws:iam::123456789012:user/alice in account 123456789012, until 2026-12-01T13:00Z");
  });

  test("is not judged by an error that says nothing about the credentials", () => {
    const caller = { region: "us-east-1", identity: named("ServiceUnavailable"), ends: undefined };
    expect(() => judgeCaller(caller, now)).toThrow("says AWS");
  });
});

test.each([
  ["us-east-1", true, "✓ region"],
  ["cn-north-1", true, "✗ no-function-urls"],
  ["cn-north-1", false, "✓ region"],
  [undefined, true, "✗ no-region"],
])("the Region %s with functionUrl: %s is %s", (region, functionUrl, expected) => {
  expect(short(judgeRegion(region, { functionUrl }))).toEqual([expected]);
});

describe("a quota", () => {
  const of = "CodeBuild's concurrent builds";

  test("that is too small says what to request", () => {
    const line = judgeQuota({ of, has: "1", tooSmall: tooFewBuilds(1, 3) });
    expect(short(line)).toEqual(["✗ quota-too-small"]);
    expect(line.text).toBe("CodeBuild: up to 3 builds run at once (policies.maxParallel), but the account may run 1");
    expect(line.remedy).toMatch(/^Request 3 or more .* --desired-value 3\), or set policies.maxParallel: 1\.$/);
  });

  test.each([
    [{ of, has: "60" }, "✓ quota-enough"],
    [{ of }, "✓ quota-not-needed"],
    [{ of, unread: new Error("no value") }, "? quota-unknown"],
    [{ of, unread: Object.assign(new Error("no"), { name: "AccessDeniedException" }) }, "? denied"],
  ])("%o is %s", (finding, expected) => {
    expect(short(judgeQuota(finding))).toEqual([expected]);
  });
});

describe("public parameters", () => {
  const { variants } = parseConfiguration({
    variants: [
      { windows: 2022, kubernetes: "1.35" },
      { windows: 2022, kubernetes: "1.35", name: "second", diskGiB: 200 },
      { windows: 2022, kubernetes: "1.35", base: "Base", name: "assembled" },
    ],
  });
  const sources = sourcesOf(variants);
  const [eks = "", plain = ""] = sources.map(({ parameter }) => parameter);

  test("are read once for all variants that need them, the source of a harvest included", () => {
    expect(sources).toEqual([
      {
        parameter: "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.35/image_id",
        variants: ["windows-2022-core-1.35", "second", "assembled"],
      },
      { parameter: "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base", variants: ["assembled"] },
    ]);
  });

  test.each([
    [{ [eks]: "ami-0123456789abcdef0", [plain]: "ami-0123456789abcdef1" }, ["✓ parameter-there"]],
    [{ [eks]: "ami-0123456789abcdef0" }, ["✓ parameter-there", "✗ parameter-missing"]],
    [{ [plain]: "soon" }, ["✗ parameter-missing", "✗ parameter-strange"]],
  ])("%o", (values, expected) => {
    expect(short(judgeSources(sources, new Map(Object.entries(values)), "us-east-1"))).toEqual(expected);
  });

  test("that are missing name the variants that need them", () => {
    const lines = judgeSources(sources, new Map(), "eu-central-1");
    expect(lines[0]?.text).toBe(`${eks} does not exist in eu-central-1: windows-2022-core-1.35, second, assembled`);
  });
});

describe("subscribers", () => {
  const ann = { protocol: "email", endpoint: "ann@example.com" };
  const bob = { protocol: "email", endpoint: "bob@example.com" };
  const arn = "arn:aws:sns:us-east-1:123456789012:topic:1";

  test.each([
    ["nobody in config.ts", [], [], ["? nobody-subscribed"]],
    ["all confirmed", [ann], [{ ...ann, arn }], ["✓ subscribers-confirmed"]],
    [
      "one unconfirmed",
      [ann, bob],
      [
        { ...ann, arn },
        { ...bob, arn: "PendingConfirmation" },
      ],
      ["✗ subscription-unconfirmed"],
    ],
    ["one unsubscribed", [ann], [{ ...ann, arn: "Deleted" }], ["✗ not-subscribed"]],
    ["one by another protocol", [ann], [{ ...ann, protocol: "email-json", arn }], ["✗ not-subscribed"]],
    ["none subscribed", [ann, bob], [], ["✗ not-subscribed", "✗ not-subscribed"]],
  ])("%s", (_, wanted, found, expected) => {
    expect(short(judgeSubscribers("subscribers", wanted, found))).toEqual(expected);
  });
});

test.each([
  [undefined, "✗ reconcile-never", "no run has completed in the last 14 days"],
  [now - 10 * minute, "✓ reconcile-recent", "the newest run completed 10 minutes ago"],
  [now - 64 * minute, "✓ reconcile-recent", "the newest run completed 64 minutes ago"],
  [now - 66 * minute, "✗ reconcile-quiet", "the newest run completed 66 minutes ago, and 60 minutes is the limit"],
  [now - 50 * hour, "✗ reconcile-quiet", "the newest run completed 2 days ago, and 60 minutes is the limit"],
])("a newest run at %s is %s", (newest, expected, text) => {
  const line = judgeNewest(newest, now, hour);
  expect([short(line)[0], line.text]).toEqual([expected, text]);
});

describe("alarms", () => {
  const name = "eks-windows-images-production-quiet";
  const ok = { AlarmName: name, StateValue: "OK" as const, ActionsEnabled: true };

  test.each([
    [[ok], ["✓ alarms-quiet"]],
    [[{ ...ok, StateValue: "ALARM" as const }], ["✗ alarm-rings"]],
    [[{ ...ok, StateValue: "INSUFFICIENT_DATA" as const }], ["? alarm-undecided"]],
    [[{ ...ok, ActionsEnabled: false }], ["✗ alarm-muted"]],
    [[{ ...ok, StateValue: "ALARM" as const, ActionsEnabled: false }], ["✗ alarm-rings", "✗ alarm-muted"]],
    [[], ["✗ alarm-missing"]],
    // Of the stage `production-quiet`: the prefix finds it, too.
    [[{ ...ok, AlarmName: `${name}-quiet`, StateValue: "ALARM" as const }], ["✗ alarm-missing"]],
  ])("%o", (alarms, expected) => {
    expect(short(judgeAlarms([name], alarms))).toEqual(expected);
  });

  test("that ring say what their description says", () => {
    const [line] = judgeAlarms([name], [{ ...ok, StateValue: "ALARM", AlarmDescription: "No run has completed." }]);
    expect(line?.remedy).toBe("No run has completed.");
  });
});

describe("Packer's hosts", () => {
  const host = "https://releases.hashicorp.com";
  const failed = (failure: string, cause: string) => ({
    id: "build:1",
    buildStatus: "FAILED" as const,
    exportedEnvironmentVariables: [
      { name: "FAILURE_CLASS", value: failure },
      { name: "FAILURE_CAUSE", value: cause },
    ],
  });

  test.each([
    ["no build", undefined, "? hosts-unknown"],
    ["a build that succeeded", { id: "build:1", buildStatus: "SUCCEEDED" as const }, "✓ hosts-answer"],
    ["a running build", { id: "build:1", buildStatus: "IN_PROGRESS" as const }, "? hosts-undecided"],
    ["a failed script", failed("provision", "a script failed"), "✓ hosts-answer"],
    ["a silent host", failed("download", `${host}/packer/1.16.0/packer.zip cannot be downloaded`), "✗ hosts-silent"],
    [
      "a wrong mirror",
      failed("template", `${host}/packer/1.16.0/packer.zip does not exist (HTTP 404)`),
      "✗ hosts-silent",
    ],
    ["another silent host", failed("download", "https://mcr.microsoft.com cannot be reached"), "? hosts-undecided"],
  ])("%s", (_, build, expected) => {
    expect(short(judgeHosts(build, host))).toEqual([expected]);
  });
});

describe("fleets", () => {
  const fleet = (state: string, nodes: unknown[] | null = []) => ({ fleet: "web", state, reasons: ["why"], nodes });

  test.each([
    [[], [], ["✓ no-fleets"]],
    [["web"], [fleet("current")], ["✓ fleets-unguarded"]],
    [["web"], [fleet("wait")], ["✓ fleets-unguarded"]],
    [["web"], [fleet("refused")], ["✗ fleet-refused"]],
    [["web"], [fleet("failed")], ["✗ fleet-failed"]],
    [["web"], [fleet("moved")], ["✗ fleet-moved"]],
    [["web"], [fleet("wait", null)], ["? fleet-unseen"]],
    [["web"], [], ["? fleet-not-deployed"]],
  ])("%o with %o", (names, states, expected) => {
    expect(short(judgeFleets(names, states))).toEqual(expected);
  });
});

describe("a check that fails", () => {
  const failing = (name: string, message: string, more = {}) => Object.assign(new Error(message), { name, ...more });

  test.each([
    ["UnauthorizedOperation", "? denied"],
    ["AccessDenied", "? denied"],
    ["AccessDeniedException", "? denied"],
    ["AuthorizationError", "? denied"],
    ["TimeoutError", "? no-answer"],
    ["InternalFailure", "? unreadable"],
  ])("by %s is %s", (name, expected) => {
    expect(short(lineOfError(failing(name, "says AWS"), false))).toEqual([expected]);
  });

  test("names the action that is denied, as AWS does or as it was called", () => {
    const said =
      "User: arn:aws:iam::1:user/ann is not authorized to perform: ec2:DescribeVpcs because no policy allows it";
    expect(lineOfError(failing("AccessDenied", said), false).text).toBe("ec2:DescribeVpcs is denied");
    expect(lineOfError(failing("AccessDenied", "no", { action: "sns:Get" }), false).text).toBe("sns:Get is denied");
  });

  test.each([
    [new TimeoutError(), "? no-answer"],
    [failing("Error", "getaddrinfo ENOTFOUND", { code: "ENOTFOUND" }), "? no-answer"],
    [new NotDeployed("not deployed yet"), "? not-deployed"],
  ])("by %o is %s", (error, expected) => {
    expect(short(lineOfError(error, false))).toEqual([expected]);
  });

  test("on the local stack is what its emulators do not answer", () => {
    expect(short(lineOfError(failing("AccessDenied", "no"), true))).toEqual(["? not-emulated"]);
  });
});
