import { beforeAll, describe, expect, test } from "vitest";
import { type Statement, statementsOf } from "../../local/policies/policy.ts";
import { judge, type Request } from "../../local/policies/verdict.ts";
import { type Graph, graphOf } from "./graph.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const operator = "arn:aws:iam::123456789012:role/image-operators";
const neighbour = "arn:aws:iam::210987654321:user/ann";
const viaUrl = { "lambda:functionurlauthtype": ["AWS_IAM"], "lambda:invokedviafunctionurl": ["true"] };

let graph: Graph;
let nobody: Graph;
let withoutUrl: Graph;
beforeAll(async () => {
  [graph, nobody, withoutUrl] = await Promise.all([
    graphOf({ variants, callers: [operator, neighbour] }, "production"),
    graphOf({ variants }, "production"),
    graphOf({ variants, callers: [operator, neighbour], policies: { functionUrl: false } }, "production"),
  ]);
}, 120_000);

/** The function's policy as Lambda makes it of its permissions. */
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
  test.each([operator, neighbour])("is called by %s, who has both permissions", (caller) => {
    expect(may(caller, "lambda:InvokeFunctionUrl")).toBe(true);
    expect(may(caller, "lambda:InvokeFunction")).toBe(true);
  });

  test.each([
    ["somebody else of the account", "arn:aws:iam::123456789012:role/developers"],
    ["the same name in another account", "arn:aws:iam::210987654321:role/image-operators"],
    ["the whole account", "arn:aws:iam::123456789012:root"],
  ])("lets nobody in by its policy that config.ts does not name: %s", (_, stranger) => {
    expect(may(stranger, "lambda:InvokeFunctionUrl")).toBe(false);
    expect(may(stranger, "lambda:InvokeFunction")).toBe(false);
  });

  test("is the only way in: the function itself they may not call, change or read", () => {
    expect(may(operator, "lambda:InvokeFunction", {})).toBe(false);
    expect(may(operator, "lambda:InvokeFunctionUrl", { "lambda:functionurlauthtype": ["NONE"] })).toBe(false);
    expect(may(operator, "lambda:GetFunction")).toBe(false);
  });

  test("has no policy where nobody is named: identities of the account come in by their own", () => {
    expect(nobody.ofType("aws:lambda/permission:Permission")).toEqual([]);
  });

  test("takes signed calls only, from no browser, five at a time", () => {
    for (const { named } of [graph, nobody]) {
      expect(named("ApiUrl").inputs).toMatchObject({ authorizationType: "AWS_IAM" });
      expect(named("ApiUrl").inputs.cors).toBeUndefined();
      expect(named("ApiFunction").inputs.reservedConcurrentExecutions).toBe(5);
    }
  });
});

describe("a function without URL", () => {
  test.each([operator, neighbour])("is invoked by %s, who may do nothing else", (caller) => {
    expect(may(caller, "lambda:InvokeFunction", {}, withoutUrl)).toBe(true);
    expect(may(caller, "lambda:InvokeFunctionUrl", viaUrl, withoutUrl)).toBe(false);
    expect(may(caller, "lambda:GetFunction", {}, withoutUrl)).toBe(false);
  });

  test("is invoked by nobody else whom its policy could keep out", () => {
    expect(may("arn:aws:iam::123456789012:role/developers", "lambda:InvokeFunction", {}, withoutUrl)).toBe(false);
    expect(may("arn:aws:iam::210987654321:role/x", "lambda:InvokeFunction", {}, withoutUrl)).toBe(false);
  });
});
