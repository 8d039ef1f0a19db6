import { expect, test } from "vitest";
import { channelNames, channelParameter } from "../functions/config/channel-names.ts";
import { statementsOf } from "../local/policies/policy.ts";
import { judge } from "../local/policies/verdict.ts";
import { documented } from "./documented.ts";

test("the README's statement lets Karpenter read the channels, nothing else", () => {
  const statements = statementsOf(`{ "Statement": ${documented("README.md", "karpenter")} }`);
  const prefix = "/eks-windows-images/production/channels";
  const readings = [
    ...channelNames.map((channel) => channelParameter(prefix, "windows-2022-core-1.35", channel)),
    "/eks-windows-images/production/requests/windows-2022-core-1.35",
    "/eks-windows-images/trial/channels/windows-2022-core-1.35/stable",
  ].map((name) => {
    const resource = `arn:aws:ssm:us-east-1:123456789012:parameter${name}`;
    return judge(statements, { action: "ssm:GetParameter", resource, context: {} }).allowed;
  });

  expect(readings).toEqual([true, true, false, false]);
  expect(statements.flatMap(({ actions }) => actions)).toEqual(["ssm:GetParameter"]);
});
