import { beforeAll, describe, expect, test } from "vitest";
import { buildRoleDenials } from "./denials/build-role.ts";
import { imageDenials } from "./denials/images.ts";
import { machineDenials } from "./denials/machines.ts";
import { type Deployments, deploymentsIn, verdictsOn } from "./denials/verdicts.ts";

const denials = [...buildRoleDenials, ...machineDenials, ...imageDenials];

describe.each([
  ["GovCloud", "aws-us-gov", "us-gov-west-1"],
  ["China", "aws-cn", "cn-north-1"],
])("in %s a role is denied what", (_, partition, region) => {
  let deployments: Deployments;
  beforeAll(async () => {
    deployments = await deploymentsIn({ partition, region, accountId: "123456789012" });
  }, 120_000);

  test.each(denials.filter(({ partitions }) => !partitions || partitions.includes(partition)))(
    "$what",
    ({ denied, allowed }) => {
      expect(verdictsOn(denied, deployments).filter((verdict) => !verdict.allowed)).not.toEqual([]);
      expect(verdictsOn(allowed, deployments)).not.toEqual([]);
      expect(verdictsOn(allowed, deployments).filter((verdict) => !verdict.allowed)).toEqual([]);
    },
  );
});
