import { beforeAll, describe, expect, test } from "vitest";
import type { CreatedResource } from "../../local/deploy/cloud.ts";
import { inVpc, usual, withFastLaunch, withFleets } from "./deployments.ts";
import type { Graph } from "./graph.ts";
import { expected, expectedInVpc, expectedWithFastLaunch, expectedWithFleets, surprises } from "./resources.ts";

let graph: Graph;
let graphInVpc: Graph;
let graphWithFleets: Graph;
beforeAll(async () => {
  [graph, graphInVpc, graphWithFleets] = await Promise.all([usual(), inVpc(), withFleets()]);
});

describe("a deployment", () => {
  test("consists of the expected resources, with the expected properties", () => {
    expect(surprises(graph.resources, expected)).toEqual([]);
  });

  test("has two additional security groups in the user's VPC", () => {
    expect(surprises(graphInVpc.resources, { ...expected, ...expectedInVpc })).toEqual([]);
  });
});

test("fleets add a role, its policies and those of the functions, and two alarms", () => {
  const differing = expectedWithFleets((policy) => graphWithFleets.named(policy).state.arn);

  expect(surprises(graphWithFleets.resources, { ...expected, ...differing })).toEqual([]);
});

test("Fast Launch adds a role, policies of the functions, a rule and an alarm", async () => {
  const { resources, named } = await withFastLaunch();
  const differing = expectedWithFastLaunch((policy) => named(policy).state.arn);

  expect(surprises(resources, { ...expected, ...differing })).toEqual([]);
});

describe("the table of resources", () => {
  function changed(name: string, inputs: Record<string, unknown>): CreatedResource[] {
    return graph.resources.map((resource) =>
      resource.name === name ? { ...resource, inputs: { ...resource.inputs, ...inputs } } : resource,
    );
  }

  test("reports an unexpected resource", () => {
    const stranger = { type: "aws:s3/bucket:Bucket", name: "Spare", id: "Spare", inputs: {}, state: {} };

    expect(surprises([...graph.resources, stranger], expected)).toEqual([
      "Spare (aws:s3/bucket:Bucket) is not expected",
    ]);
  });

  test("reports a missing resource", () => {
    const rest = graph.resources.filter(({ name }) => name !== "ArtifactsPolicy");

    expect(surprises(rest, expected)).toEqual(["ArtifactsPolicy is missing"]);
  });

  const allowing = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
  test.each([
    ["a queue under an AWS key", "TriggersQueue", { kmsMasterKeyId: "alias/aws/sqs" }, "kmsMasterKeyId"],
    ["a topic under an AWS key", "NotificationsTopic", { kmsMasterKeyId: "alias/aws/sns" }, "kmsMasterKeyId"],
    ["a topic that is not encrypted", "OperationsTopic", { kmsMasterKeyId: undefined }, "kmsMasterKeyId"],
    ["an alarm that ignores missing data", "QuietAlarm", { treatMissingData: "missing" }, "treatMissingData"],
    ["a key that does not rotate", "TopicKey", { enableKeyRotation: false }, "enableKeyRotation"],
    ["a log without a retention", "BuildLogs", { retentionInDays: undefined }, "retentionInDays"],
    ["a function URL without signatures", "ApiUrl", { authorizationType: "NONE" }, "authorizationType"],
    ["a bucket that can become public", "ArtifactsPublicAccessBlock", { blockPublicPolicy: false }, "blockPublic"],
    ["a managed policy", "GuestRole", { managedPolicyArns: ["arn:aws:iam::aws:policy/X"] }, "managedPolicyArns"],
    [
      "a role that every principal can assume",
      "GuestRole",
      { assumeRolePolicy: allowing({ Principal: "*" }) },
      'trusts "*"',
    ],
    ["a queue without TLS", "DeadLettersPolicy", { policy: '{"Statement":[]}' }, "allows calls without TLS"],
    [
      "a topic that a service can publish to on behalf of any account",
      "NotificationsPolicy",
      { policy: allowing({ Action: "sns:Publish", Principal: { Service: "events.amazonaws.com" } }) },
      "allows sns:Publish on behalf of any account",
    ],
  ])("reports %s", (_, name, inputs, complaint) => {
    expect(surprises(changed(name, inputs), expected).join("\n")).toContain(`${name} `);
    expect(surprises(changed(name, inputs), expected).join("\n")).toContain(complaint);
  });
});
