import { beforeAll, describe, expect, test } from "vitest";
import { buildRoleDenials } from "./denials/build-role.ts";
import { fleetReadDenials } from "./denials/fleet-reads.ts";
import { fleetDenials } from "./denials/fleets.ts";
import { imageDenials } from "./denials/images.ts";
import { machineDenials } from "./denials/machines.ts";
import { sweepDenials } from "./denials/sweep.ts";
import { type Deployments, deploymentsIn, verdictsOn } from "./denials/verdicts.ts";
import { china, govCloud } from "./deployments.ts";

const denials = [
  ...buildRoleDenials,
  ...machineDenials,
  ...imageDenials,
  ...sweepDenials,
  ...fleetDenials,
  ...fleetReadDenials,
];

describe.each([
  ["GovCloud", govCloud],
  ["China", china],
])("in %s, a policy denies a role that", (_, place) => {
  let deployments: Deployments;
  beforeAll(async () => {
    deployments = await deploymentsIn(place);
  });

  test.each(denials.filter(({ partitions }) => !partitions || partitions.includes(place.partition)))(
    "$what",
    ({ denied, allowed }) => {
      expect(verdictsOn(denied, deployments).filter((verdict) => !verdict.allowed)).not.toEqual([]);
      expect(verdictsOn(allowed, deployments)).not.toEqual([]);
      expect(verdictsOn(allowed, deployments).filter((verdict) => !verdict.allowed)).toEqual([]);
    },
  );
});
