import { setImmediate } from "node:timers/promises";
import { IAMClient } from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import { alarmNouns } from "../../../cli/doctor/alarms.ts";
import { actionsByType, deployingRequests, typesOf } from "../../../cli/doctor/permissions/deploying.ts";
import { judgeCaller, judgeRole } from "../../../cli/doctor/permissions/judge.ts";
import { policySource, principalOf } from "../../../cli/doctor/permissions/principal.ts";
import { deployedRoles } from "../../../cli/doctor/permissions/roles.ts";
import { type Decision, simulate } from "../../../cli/doctor/permissions/simulation.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import {
  everything,
  fleets,
  inVpc,
  snapshots,
  usEast,
  usual,
  variants,
  withFastLaunch,
  withFleets,
} from "../../infra/deployments.ts";
import { graphOf } from "../../infra/graph.ts";
import { environmentOf, refusedBy, roleOf, stageOf } from "./simulated.ts";

const account = "123456789012";
const identity = (arn: string) => ({ arn, account, partition: "aws" });

describe("the caller's policies are those of", () => {
  const session = identity(`arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Admin_0123/ann`);
  const withPath = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123`;
  const answering = (answer: () => object) => ({ send: async () => answer() }) as never;
  const refusing = answering(() => {
    throw Object.assign(new Error("no"), { name: "AccessDenied" });
  });

  test("a user, with its path", async () => {
    const arn = `arn:aws:iam::${account}:user/team/ann`;
    expect(await policySource(refusing, principalOf(identity(arn)))).toBe(arn);
  });

  test("the role of a session, with the path that IAM tells", async () => {
    const iam = answering(() => ({ Role: { Arn: withPath } }));
    expect(await policySource(iam, principalOf(session))).toBe(withPath);
  });

  test("the role of a session by its name, if IAM tells nothing", async () => {
    expect(await policySource(refusing, principalOf(session))).toBe(
      `arn:aws:iam::${account}:role/AWSReservedSSO_Admin_0123`,
    );
  });

  test.each([`arn:aws:iam::${account}:root`, `arn:aws:sts::${account}:federated-user/ann`])(
    "nobody for %s",
    async (arn) => {
      expect(await policySource(refusing, principalOf(identity(arn)))).toBeUndefined();
    },
  );
});

describe("decisions of IAM", () => {
  const allowed: Decision = { action: "iam:GetRole", resource: "*", result: "allowed", missing: [] };
  const denied = (by: Decision["by"], missing: string[] = [], action = "iam:CreateRole"): Decision => ({
    action,
    resource: "*",
    result: "denied",
    by,
    missing,
  });

  test.each([
    [[allowed], "✓ may-deploy", "deploying: all of 1 simulated actions are allowed"],
    [[allowed, denied("no policy")], "✗ may-not-deploy", "deploying: no policy allows iam:CreateRole"],
    [[denied("a policy")], "✗ may-not-deploy", "deploying: a policy denies iam:CreateRole"],
    [[denied("the organization")], "✗ may-not-deploy", "deploying: the organization denies iam:CreateRole"],
    [
      [denied("the permissions boundary"), denied("no policy", [], "kms:CreateKey")],
      "✗ may-not-deploy",
      "deploying: the permissions boundary denies iam:CreateRole; no policy allows kms:CreateKey",
    ],
    [
      [denied("the organization", ["aws:SourceIp"])],
      "✗ may-not-deploy",
      "deploying: the organization denies iam:CreateRole",
    ],
    [[denied("no policy", ["aws:SourceIp"])], "? depends-on-conditions", "deploying: iam:CreateRole on aws:SourceIp"],
  ])("%o", (decisions, expected, text) => {
    const line = judgeCaller("deploy", decisions, false);
    expect([`${line.mark} ${line.finding}`, line.text]).toEqual([expected, text]);
  });

  test("are no fault of who only operates what somebody else has deployed", () => {
    const texts = (["deploy", "call"] as const).map((what) => judgeCaller(what, [denied("no policy")], true));
    expect(texts.map(({ mark, finding, text }) => `${mark} ${finding} ${text}`)).toEqual([
      "? does-not-deploy deploying (only needed by who deploys): no policy allows iam:CreateRole",
      "? does-not-call calling the service (only needed by who calls): no policy allows iam:CreateRole",
    ]);
    expect(judgeCaller("deploy", [allowed], true)).toMatchObject({ mark: "✓", finding: "may-deploy" });
  });

  test("are named only as far as a person reads them", () => {
    const many = Array.from({ length: 9 }, (_, index) => denied("no policy", [], `iam:Call${index}`));
    expect(judgeRole("api", many).text).toMatch(/iam:Call5 and 3 more$/);
  });
});

test("few simulations are asked for at once", async () => {
  let open = 0;
  let most = 0;
  const client = Object.assign(new IAMClient({}), {
    async send() {
      open += 1;
      most = Math.max(most, open);
      await setImmediate();
      open -= 1;
      return { EvaluationResults: [{ EvalActionName: "iam:GetRole", EvalDecision: "allowed" }] };
    },
  });

  const decisions = await simulate(client, "arn", Array(30).fill({ actions: ["iam:GetRole"] }));

  expect(decisions).toHaveLength(30);
  expect(most).toBe(4);
});

describe("what is simulated for a deployment", () => {
  test.each([
    ["the smallest one", usual],
    ["one with everything", everything],
    ["one in a VPC", inVpc],
    ["one with fleets", withFleets],
    ["one with Fast Launch", () => graphOf({ variants, policies: { fastLaunch: {} } }, "production")],
  ])("covers each type of resource of %s", async (_, deployment) => {
    const { resources } = await deployment();
    const types = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("aws:")));
    expect([...types].filter((type) => !actionsByType[type])).toEqual([]);
  });

  test("leaves out what the configuration does not have", () => {
    const { policies } = parseConfiguration({ variants, policies: { functionUrl: false } });
    const types = typesOf(policies, { subscribers: false, callers: false, fleets: false, places: false });
    const requests = deployingRequests(types, { ...usEast, account, stage: "production" });
    const actions = requests.flatMap((one) => one.actions);
    expect(actions).toContain("lambda:CreateFunction");
    expect(actions).not.toContain("lambda:CreateFunctionUrlConfig");
    expect(actions).not.toContain("sns:Subscribe");
    expect(actions).not.toContain("ec2:CreateSecurityGroup");
    expect(actions).not.toContain("iam:CreatePolicy");
    expect(actions).not.toContain("ec2:CreateLaunchTemplate");
  });
});

test.each([
  [{}, ["ec2:CreateLaunchTemplate", "iam:CreatePolicy"]],
  [{ launchTemplate: snapshots }, ["iam:CreatePolicy"]],
])("Fast Launch with %o needs what makes its template and policies", (fastLaunch, expected) => {
  const { policies } = parseConfiguration({ variants, policies: { fastLaunch } });
  const types = typesOf(policies, { subscribers: false, callers: false, fleets: false, places: false });
  const actions = deployingRequests(types, { ...usEast, account, stage: "production" }).flatMap((one) => one.actions);

  expect(["ec2:CreateLaunchTemplate", "iam:CreatePolicy"].filter((one) => actions.includes(one))).toEqual(expected);
});

test("a place needs what makes the policies of its role", () => {
  const { policies } = parseConfiguration({ variants });
  const types = typesOf(policies, { subscribers: false, callers: false, fleets: false, places: true });

  expect(types).toContain("aws:iam/policy:Policy");
});

describe("what is simulated for a deployed role", () => {
  test.each([
    ["the smallest deployment", usual],
    ["one with everything", everything],
  ])("is allowed by its policies: %s", async (_, deployment) => {
    const graph = await deployment();
    const place = { ...usEast, account, stage: stageOf(graph) };
    const roles = deployedRoles(place, environmentOf(graph), { variant: "variant" });
    const refused = roles.flatMap(({ noun, requests }) => refusedBy(graph, noun, requests));
    expect(refused).toEqual([]);
    for (const { noun, arn } of roles)
      expect(arn).toBe(`arn:aws:iam::${account}:role/${roleOf(graph, noun).inputs.name}`);
  });
});

const once = "rate(1 day)";
const daily = { variants, policies: { baseAmiSchedule: once, kubernetesSchedule: once, fastLaunch: {} } };

test.each([
  ["the smallest one", usual, {}],
  ["one with fleets", withFleets, { fleets }],
  ["one with Fast Launch", withFastLaunch, { policies: { fastLaunch: {} } }],
  ["one that looks once a day, with Fast Launch", () => graphOf(daily, "production"), daily],
])("the alarms that doctor expects are those of a deployment: %s", async (_, deployment, more) => {
  const graph = await deployment();
  const named = graph.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => String(inputs.name));
  const expected = alarmNouns(parseConfiguration({ variants, ...more })).map(
    (noun) => `eks-windows-images-${stageOf(graph)}-${noun}`,
  );
  expect(expected.toSorted()).toEqual(named.toSorted());
});
