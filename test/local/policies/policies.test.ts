import { describe, expect, test } from "vitest";
import { statementsOf } from "../../../local/policies/policy.ts";
import { judge, type Request } from "../../../local/policies/verdict.ts";

const image = "arn:aws:ec2:us-east-1::image/ami-1";

function policy(...statements: object[]) {
  return statementsOf(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
}

function asking(context: Request["context"] = {}, changes: Partial<Request> = {}): Request {
  return { action: "ec2:DeregisterImage", resource: image, context, ...changes };
}

const allow = { Effect: "Allow", Action: "ec2:DeregisterImage", Resource: image };
const tagged = { "aws:resourcetag/stage": ["production"] };

describe("a request", () => {
  test.each([
    ["nothing allows it", policy(), asking()],
    ["another action is allowed", policy({ ...allow, Action: "ec2:Describe*" }), asking()],
    ["another resource is allowed", policy({ ...allow, Resource: "arn:aws:ec2:us-east-1::snapshot/*" }), asking()],
    ["another Region is allowed", policy({ ...allow, Resource: "arn:aws:ec2:eu-west-1::image/*" }), asking()],
    [
      "a statement denies it, although another allows it",
      policy({ ...allow, Action: "ec2:*", Resource: "*" }, { ...allow, Effect: "Deny" }),
      asking(),
    ],
    [
      "one of several conditions does not hold",
      policy({ ...allow, Condition: { StringEquals: { "aws:ResourceTag/stage": "production", "ec2:Owner": "1" } } }),
      asking(tagged),
    ],
  ])("is denied if %s", (_, statements, request) => {
    const verdict = judge(statements, request);

    expect(verdict.allowed).toBe(false);
  });

  test.each([
    ["exactly this request is allowed", policy(allow), asking()],
    ["a pattern allows it", policy({ ...allow, Action: "EC2:Dereg*", Resource: "arn:*:image/ami-?" }), asking()],
    [
      "the Deny statement is about other requests",
      policy(allow, { ...allow, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      asking({ "aws:securetransport": ["true"] }),
    ],
  ])("is allowed if %s", (_, statements, request) => {
    const verdict = judge(statements, request);

    expect(verdict.allowed).toBe(true);
  });

  test("has the reason for its denial in the verdict", () => {
    const statements = policy({ ...allow, Sid: "Ours", Condition: { StringEquals: { "aws:ResourceTag/stage": "x" } } });

    expect(judge(statements, asking(tagged))).toMatchObject({
      why: `the conditions of Ours do not hold for ec2:DeregisterImage on ${image}`,
    });
    expect(judge(statements, asking({}, { action: "ec2:RunInstances" }))).toMatchObject({
      why: "no statement allows ec2:RunInstances",
    });
  });
});

describe("a condition", () => {
  const keys = { "aws:tagkeys": ["a", "b"] };
  test.each([
    ["StringEquals", "aws:ResourceTag/stage", ["production"], tagged, true],
    ["StringEquals", "aws:ResourceTag/stage", ["Production"], tagged, false],
    ["StringEquals", "aws:ResourceTag/stage", ["production"], {}, false],
    ["StringEquals", "aws:ResourceTag/stage", ["test", "production"], tagged, true],
    ["StringEqualsIfExists", "aws:ResourceTag/stage", ["test"], {}, true],
    ["StringEqualsIfExists", "aws:ResourceTag/stage", ["test"], tagged, false],
    ["StringNotEquals", "aws:ResourceTag/stage", ["production"], tagged, false],
    ["StringNotEquals", "aws:ResourceTag/stage", ["production"], {}, true],
    ["StringEqualsIgnoreCase", "aws:ResourceTag/stage", ["PRODUCTION"], tagged, true],
    ["StringLike", "aws:ResourceTag/stage", ["prod*"], tagged, true],
    ["StringLike", "aws:ResourceTag/stage", ["*test"], tagged, false],
    ["ArnEquals", "aws:SourceArn", ["arn:aws:events:*:rule/a"], { "aws:sourcearn": ["arn:aws:events:x:rule/a"] }, true],
    ["ArnLike", "aws:SourceArn", ["arn:aws:events:*:rule/b"], { "aws:sourcearn": ["arn:aws:events:x:rule/a"] }, false],
    ["Bool", "aws:SecureTransport", ["false"], { "aws:securetransport": ["false"] }, true],
    ["Bool", "aws:SecureTransport", ["false"], {}, false],
    ["Null", "codebuild:source.buildspec", ["false"], { "codebuild:source.buildspec": ["x"] }, true],
    ["Null", "codebuild:source.buildspec", ["false"], {}, false],
    ["Null", "codebuild:source.buildspec", ["true"], {}, true],
    ["ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"], keys, true],
    ["ForAllValues:StringEquals", "aws:TagKeys", ["a"], keys, false],
    ["ForAllValues:StringEquals", "aws:TagKeys", ["a"], {}, true],
    ["ForAnyValue:StringEquals", "aws:TagKeys", ["a"], keys, true],
    ["ForAnyValue:StringEquals", "aws:TagKeys", ["c"], keys, false],
    ["ForAnyValue:StringEquals", "aws:TagKeys", ["a"], {}, false],
    ["ForAnyValue:StringNotEquals", "aws:TagKeys", ["a"], {}, false],
    ["ForAnyValue:StringNotEquals", "aws:TagKeys", ["a"], keys, true],
    ["ForAnyValue:StringNotEquals", "aws:TagKeys", ["a", "b"], keys, false],
    ["ForAllValues:StringNotEquals", "aws:TagKeys", ["a"], {}, true],
    ["ForAnyValue:StringNotEqualsIfExists", "aws:TagKeys", ["a"], {}, true],
    ["NumericLessThan", "s3:max-keys", ["10"], { "s3:max-keys": ["9"] }, true],
  ])("%s of %s with %j", (operator, key, values, context, holds) => {
    const statements = policy({ ...allow, Condition: { [operator]: { [key]: values } } });

    expect(judge(statements, asking(context)).allowed).toBe(holds);
  });

  test.each([
    ["an unknown operator", { DateGreaterThan: { "aws:CurrentTime": "2026-01-01" } }, "DateGreaterThan"],
    ["a policy variable", { StringEquals: { "aws:ResourceTag/owner": `\${aws:username}` } }, "policy variable"],
  ])("with %s is an error", (_, Condition, said) => {
    expect(() => judge(policy({ ...allow, Condition }), asking(tagged))).toThrow(said);
  });
});

describe("a resource's own policy", () => {
  const role = { type: "AWS" as const, id: "arn:aws:iam::123456789012:role/a" };
  test.each([
    [
      "names a service",
      { Service: "events.amazonaws.com" },
      { type: "Service" as const, id: "events.amazonaws.com" },
      true,
    ],
    [
      "names another service",
      { Service: "sns.amazonaws.com" },
      { type: "Service" as const, id: "events.amazonaws.com" },
      false,
    ],
    ["names a role", { AWS: ["arn:aws:iam::123456789012:role/a"] }, role, true],
    ["names another role", { AWS: "arn:aws:iam::123456789012:role/b" }, role, false],
    ["names the role's account", { AWS: "arn:aws:iam::123456789012:root" }, role, true],
    ["names another account", { AWS: "arn:aws:iam::210987654321:root" }, role, false],
    ["names every principal", "*", role, true],
    ["names a service, if a role asks", { Service: "events.amazonaws.com" }, role, false],
    ["names every AWS principal, if the caller is unknown", { AWS: "*" }, undefined, false],
  ])("that %s (%j) applies to the principals that it names", (_, Principal, principal, applies) => {
    const statements = policy({ ...allow, Principal });

    expect(judge(statements, asking({}, { principal })).allowed).toBe(applies);
  });
});

test("a statement with an unsupported element is refused", () => {
  expect(() => policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })).toThrow("NotAction");
  expect(() => policy({ ...allow, NotResource: "*" })).toThrow("NotResource");
});
