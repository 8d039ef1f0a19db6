import { beforeAll, describe, expect, test } from "vitest";
import { type Statement, statementsOf } from "../../local/policies/policy.ts";
import { judge, type Request } from "../../local/policies/verdict.ts";
import { usual, variants } from "./deployments.ts";
import { type Graph, graphOf } from "./graph.ts";

const operator = "arn:aws:iam::123456789012:role/image-operators";
const neighbour = "arn:aws:iam::210987654321:user/ann";
const viaUrl = { "lambda:functionurlauthtype": ["AWS_IAM"], "lambda:invokedviafunctionurl": ["true"] };

let graph: Graph;
let withoutCallers: Graph;
let withoutUrl: Graph;
beforeAll(async () => {
  [graph, withoutCallers, withoutUrl] = await Promise.all([
    graphOf({ variants, callers: [operator, neighbour] }, "production"),
    usual(),
    graphOf({ variants, callers: [operator, neighbour], policies: { functionUrl: false } }, "production"),
  ]);
});

/** The function's policy, as Lambda derives it from the function's permissions. */
function policyOf({ ofType, named }: Graph): Statement[] {
  const { name, arn } = named("ApiFunction").state as { name: string; arn: string };
  return ofType("aws:lambda/permission:Permission")
    .filter(({ inputs }) => inputs.function === name)
    .flatMap(({ inputs: { action, principal, functionUrlAuthType, invokedViaFunctionUrl } }) =>
      statementsOf(
        JSON.stringify({
          Statement: {
            Effect: "Allow",
            Principal: { AWS: principal },
            Action: action,
            Resource: arn,
            Condition: {
              ...(functionUrlAuthType ? { StringEquals: { "lambda:FunctionUrlAuthType": functionUrlAuthType } } : {}),
              ...(invokedViaFunctionUrl ? { Bool: { "lambda:InvokedViaFunctionUrl": "true" } } : {}),
            },
          },
        }),
      ),
    );
}

function may(id: string, action: string, context: Request["context"] = viaUrl, of = graph): boolean {
  const resource = String(of.named("ApiFunction").state.arn);
  return judge(policyOf(of), { action, resource, context, principal: { type: "AWS", id } }).allowed;
}

describe("the function URL", () => {
  test.each([operator, neighbour])("can be called by %s, who has both permissions", (caller) => {
    expect(may(caller, "lambda:InvokeFunctionUrl")).toBe(true);
    expect(may(caller, "lambda:InvokeFunction")).toBe(true);
  });

  test.each([
    ["another role of the account", "arn:aws:iam::123456789012:role/developers"],
    ["the same name in another account", "arn:aws:iam::210987654321:role/image-operators"],
    ["the whole account", "arn:aws:iam::123456789012:root"],
  ])("has a policy that allows no caller who is missing in config.ts: %s", (_, stranger) => {
    expect(may(stranger, "lambda:InvokeFunctionUrl")).toBe(false);
    expect(may(stranger, "lambda:InvokeFunction")).toBe(false);
  });

  test.each([
    undefined,
    { type: "Service", id: "events.amazonaws.com" },
    { type: "Service", id: "lambda.amazonaws.com" },
  ])("has a policy that allows neither nobody nor a service: %j", (principal) => {
    const resource = String(graph.named("ApiFunction").state.arn);
    for (const action of ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"])
      for (const context of [viaUrl, {}])
        expect(
          judge(policyOf(graph), { action, resource, context, ...(principal && { principal }) } as Request).allowed,
        ).toBe(false);
  });

  test("is the only access: callers cannot invoke, change or read the function itself", () => {
    expect(may(operator, "lambda:InvokeFunction", {})).toBe(false);
    expect(may(operator, "lambda:InvokeFunctionUrl", { "lambda:functionurlauthtype": ["NONE"] })).toBe(false);
    expect(may(operator, "lambda:GetFunction")).toBe(false);
  });

  test("has no policy without callers in config.ts: the identities' own policies decide", () => {
    expect(withoutCallers.ofType("aws:lambda/permission:Permission")).toEqual([]);
  });

  test("accepts signed calls only, none from browsers, and five at a time", () => {
    for (const { named } of [graph, withoutCallers]) {
      expect(named("ApiUrl").inputs).toMatchObject({ authorizationType: "AWS_IAM" });
      expect(named("ApiUrl").inputs.cors).toBeUndefined();
      expect(named("ApiFunction").inputs.reservedConcurrentExecutions).toBe(5);
    }
  });
});

describe("a function without a URL", () => {
  test.each([operator, neighbour])("can be invoked by %s, who has no other permission", (caller) => {
    expect(may(caller, "lambda:InvokeFunction", {}, withoutUrl)).toBe(true);
    expect(may(caller, "lambda:InvokeFunctionUrl", viaUrl, withoutUrl)).toBe(false);
    expect(may(caller, "lambda:GetFunction", {}, withoutUrl)).toBe(false);
  });

  test("has a policy that allows no other caller", () => {
    expect(may("arn:aws:iam::123456789012:role/developers", "lambda:InvokeFunction", {}, withoutUrl)).toBe(false);
    expect(may("arn:aws:iam::210987654321:role/x", "lambda:InvokeFunction", {}, withoutUrl)).toBe(false);
  });
});
