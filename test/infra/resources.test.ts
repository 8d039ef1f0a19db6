import { beforeAll, describe, expect, test } from "vitest";
import type { CreatedResource } from "../../local/deploy/cloud.ts";
import { type Graph, graphOf } from "./graph.ts";
import { expected, expectedInVpc, surprises } from "./resources.ts";

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] };

let graph: Graph;
let inVpc: Graph;
beforeAll(async () => {
  [graph, inVpc] = await Promise.all([
    graphOf({ variants }, "production"),
    graphOf({ variants, policies: { network } }, "production"),
  ]);
}, 120_000);

describe("a deployment", () => {
  test("consists of what somebody has thought about, each as it should be", () => {
    expect(surprises(graph.resources, expected)).toEqual([]);
  });

  test("has two security groups more in a VPC of the user's", () => {
    expect(surprises(inVpc.resources, { ...expected, ...expectedInVpc })).toEqual([]);
  });
});

describe("the table of resources", () => {
  function changed(name: string, inputs: Record<string, unknown>): CreatedResource[] {
    return graph.resources.map((resource) =>
      resource.name === name ? { ...resource, inputs: { ...resource.inputs, ...inputs } } : resource,
    );
  }

  test("is surprised by a resource that nobody has thought about", () => {
    const stranger = { type: "aws:s3/bucket:Bucket", name: "Spare", id: "Spare", inputs: {}, state: {} };

    expect(surprises([...graph.resources, stranger], expected)).toEqual([
      "Spare (aws:s3/bucket:Bucket) is expected by nobody",
    ]);
  });

  test("is surprised by a resource that has gone", () => {
    const rest = graph.resources.filter(({ name }) => name !== "ArtifactsPolicy");

    expect(surprises(rest, expected)).toEqual(["ArtifactsPolicy is missing"]);
  });

  const allowing = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
  test.each([
    ["a queue under a key of AWS's", "TriggersQueue", { kmsMasterKeyId: "alias/aws/sqs" }, "kmsMasterKeyId"],
    ["a topic under a key of AWS's", "NotificationsTopic", { kmsMasterKeyId: "alias/aws/sns" }, "kmsMasterKeyId"],
    ["a topic that is not encrypted", "OperationsTopic", { kmsMasterKeyId: undefined }, "kmsMasterKeyId"],
    [
      "an alarm that keeps quiet where nothing is measured",
      "QuietAlarm",
      { treatMissingData: "missing" },
      "treatMissingData",
    ],
    ["a key that does not rotate", "TopicKey", { enableKeyRotation: false }, "enableKeyRotation"],
    ["a log that is kept for ever", "BuildLogs", { retentionInDays: undefined }, "retentionInDays"],
    ["a function URL without signatures", "ApiUrl", { authorizationType: "NONE" }, "authorizationType"],
    ["a bucket that may become public", "ArtifactsPublicAccessBlock", { blockPublicPolicy: false }, "blockPublic"],
    ["a managed policy", "GuestRole", { managedPolicyArns: ["arn:aws:iam::aws:policy/X"] }, "managedPolicyArns"],
    ["a role for everybody", "GuestRole", { assumeRolePolicy: allowing({ Principal: "*" }) }, 'trusts "*"'],
    ["a queue without TLS", "DeadLettersPolicy", { policy: '{"Statement":[]}' }, "lets calls without TLS pass"],
    [
      "a topic that any service of any account may publish to",
      "NotificationsPolicy",
      { policy: allowing({ Action: "sns:Publish", Principal: { Service: "events.amazonaws.com" } }) },
      "allows sns:Publish whoever it is for",
    ],
  ])("is surprised by %s", (_, name, inputs, complaint) => {
    expect(surprises(changed(name, inputs), expected).join("\n")).toContain(`${name} `);
    expect(surprises(changed(name, inputs), expected).join("\n")).toContain(complaint);
  });
});
