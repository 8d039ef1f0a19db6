import { type Groups, lookUpGroup } from "./group-look-ups.ts";
import { policyJson } from "./policy-document.ts";

/** The partition, Region and account in which a program runs. */
export interface Place {
  partition: string;
  region: string;
  accountId: string;
}

/**
 * Answers the data sources that the program and SST's components use.
 * @param groups what is known about groups of nodes
 */
export function lookUp(
  token: string,
  inputs: Record<string, unknown>,
  place: Place,
  groups?: Groups,
): Record<string, unknown> {
  const { partition, region, accountId } = place;
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: accountId, accountId, arn: `arn:${partition}:iam::${accountId}:root`, userId: accountId };
    case "aws:index/getPartition:getPartition":
      return { id: partition, partition, dnsSuffix: partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" };
    case "aws:index/getRegion:getRegion":
      return { id: region, region, name: region };
    case "aws:ec2/getSubnet:getSubnet":
      return { ...inputs, vpcId: String(inputs.id).replace("subnet-", "vpc-") };
    case "aws:iam/getPolicyDocument:getPolicyDocument": {
      const json = policyJson(inputs);
      return { ...inputs, id: "policy", json, minifiedJson: json };
    }
    default: {
      const answer = lookUpGroup(token, inputs, place, groups);
      if (answer) return answer;
      throw new Error(`looking up ${token}: this data source has no answer; add one in local/deploy/look-ups.ts`);
    }
  }
}
