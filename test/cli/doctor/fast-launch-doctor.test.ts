import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import { cli } from "../cli.ts";
import { type Answers, allWell, answerWith, awsError } from "./imaginary-account.ts";
import { answering, config, findingsOf, giveCredentials, linesOf } from "./ran.ts";

beforeEach(giveCredentials);

describe("with policies.fastLaunch", () => {
  const denying = (denied: string, why: object, asked: object[] = []): Answers => ({
    ...allWell,
    "iam:SimulatePrincipalPolicy": (input) => {
      asked.push(input);
      return {
        EvaluationResults: (input.ActionNames ?? []).map((EvalActionName) =>
          EvalActionName === denied
            ? { EvalActionName, EvalDecision: "implicitDeny" as const, ...why }
            : { EvalActionName, EvalDecision: "allowed" as const },
        ),
      };
    },
  });
  const organization = { OrganizationsDecisionDetail: { AllowedByOrganizations: false } };
  const boundary = { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } };

  test.each([
    ["ec2:EnableFastLaunch", organization, "the organization denies ec2:EnableFastLaunch"],
    ["ec2:RunInstances", boundary, "the permissions boundary denies ec2:RunInstances"],
    ["ec2:DescribeLaunchTemplateVersions", {}, "no policy allows ec2:DescribeLaunchTemplateVersions"],
    [
      "kms:GenerateDataKeyWithoutPlaintext",
      organization,
      "the organization denies kms:GenerateDataKeyWithoutPlaintext",
    ],
  ])("what denies the role for it %s is named", async (denied, why, text) => {
    answerWith(denying(denied, why));

    const ran = await cli(["doctor", "--json"], { config, call: answering("current") });

    expect(linesOf(ran).find((line) => line.text.startsWith("the role of fast-launch"))).toMatchObject({
      mark: "✗",
      text: `the role of fast-launch: ${text}`,
      remedy: expect.stringMatching(/^Deploy again/),
    });
    expect(ran.exitCode).toBe(3);
  });

  test("IAM is told what a real call would say of itself", async () => {
    const asked: { ActionNames?: string[]; ResourceArns?: string[]; ContextEntries?: object[] }[] = [];
    answerWith(denying("", {}, asked));

    await cli(["doctor"], { config, call: answering("current") });

    const told = (action: string, resource: RegExp) =>
      asked.find(({ ActionNames, ResourceArns: [arn = ""] = [] }) => ActionNames?.[0] === action && resource.test(arn))
        ?.ContextEntries;
    const entry = (ContextKeyName: string, ContextKeyType: string, value: string) => ({
      ContextKeyName,
      ContextKeyType,
      ContextKeyValues: [value],
    });
    const template = "arn:aws:ec2:us-east-1:123456789012:launch-template/lt-0123456789abcdef0";
    const fromIt = entry("ec2:LaunchTemplate", "string", template);
    expect(told("ec2:RunInstances", /:image\//)).toEqual([
      entry("aws:ResourceTag/eks-windows-images:stage", "string", "production"),
      fromIt,
    ]);
    expect(told("ec2:RunInstances", /:subnet\//)).toEqual([fromIt]);
    expect(told("kms:CreateGrant", /:key\//)).toEqual([
      entry("kms:ViaService", "string", "ec2.us-east-1.amazonaws.com"),
      entry("kms:GrantIsForAWSResource", "boolean", "true"),
    ]);
  });

  test("the quota has to have room for two images of a channel that waits for it", async () => {
    answerWith(allWell);
    const policies: ConfigurationInput["policies"] = { fastLaunch: { before: "publication", quota: 11 } };

    const ran = await cli(["doctor", "--json"], { config: { ...config, policies }, call: answering("current") });

    expect(linesOf(ran).find(({ finding }) => finding === "fast-launch-queue")?.text).toMatch(/: 1 of 2 at a time$/);
  });

  test("KMS is asked nothing without a key of one's own", async () => {
    const calls = answerWith(allWell);

    await cli(["doctor"], { config: { ...config, policies: { fastLaunch: {} } }, call: answering("current") });

    expect(calls).not.toContain("kms:ListGrants");
  });

  test("a grant is found although the role may not be looked for, and not asked for if there is no role", async () => {
    const looking = (getRole: Answers["iam:GetRole"]) => {
      const calls = answerWith({
        ...allWell,
        "iam:GetRole": (input) =>
          (input.RoleName === "AWSServiceRoleForEC2FastLaunch" ? getRole : allWell["iam:GetRole"])(input),
      });
      return cli(["doctor", "--json"], { config, call: answering("current") }).then((ran) => ({
        calls,
        found: findingsOf(ran).filter((one) => /fast launch: .*(denied|key|role)/.test(one)),
      }));
    };
    const refused = await looking(() => {
      throw awsError("AccessDenied", "no");
    });
    const gone = await looking(() => {
      throw awsError("NoSuchEntityException", "no such role");
    });

    expect(refused.found).toEqual(["fast launch: ? denied", "fast launch: ✓ fast-launch-key"]);
    expect(gone.found).toEqual(["fast launch: ✓ fast-launch-role", "fast launch: ? fast-launch-key-unseen"]);
    expect(gone.calls).not.toContain("kms:ListGrants");
  });
});
