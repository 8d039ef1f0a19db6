import { beforeAll, describe, expect, test } from "vitest";
import { statementsOf } from "../../local/policies/policy.ts";
import { policiesOf } from "../../local/policies/review.ts";
import { judge, type Request } from "../../local/policies/verdict.ts";
import { buildRoleDenials } from "./denials/build-role.ts";
import { buildDenials } from "./denials/builds.ts";
import { fastLaunchDenials } from "./denials/fast-launch.ts";
import { fleetReadDenials } from "./denials/fleet-reads.ts";
import { fleetDenials } from "./denials/fleets.ts";
import { functionDenials } from "./denials/functions.ts";
import { imageDenials } from "./denials/images.ts";
import { machineDenials } from "./denials/machines.ts";
import { otherDenials } from "./denials/others.ts";
import { sweepDenials } from "./denials/sweep.ts";
import { type Deployments, deploymentsIn, verdictsOn } from "./denials/verdicts.ts";
import { usEast } from "./deployments.ts";
import type { Graph } from "./graph.ts";

const denials = [
  ...buildRoleDenials,
  ...machineDenials,
  ...buildDenials,
  ...imageDenials,
  ...sweepDenials,
  ...functionDenials,
  ...fleetDenials,
  ...fleetReadDenials,
  ...fastLaunchDenials,
  ...otherDenials,
].filter(({ partitions }) => !partitions || partitions.includes("aws"));

let deployments: Deployments;
let graph: Graph;
beforeAll(async () => {
  deployments = await deploymentsIn(usEast);
  graph = deployments.usual;
});

describe("a policy denies a role that", () => {
  test.each(denials)("$what", ({ denied, allowed }) => {
    expect(verdictsOn(denied, deployments).filter((verdict) => !verdict.allowed)).not.toEqual([]);
    expect(verdictsOn(allowed, deployments)).not.toEqual([]);
    expect(verdictsOn(allowed, deployments).filter((verdict) => !verdict.allowed)).toEqual([]);
  });

  test("every Deny statement takes effect in one of these cases", () => {
    const denying = new Set(
      denials
        .flatMap(({ denied }) => verdictsOn(denied, deployments))
        .flatMap(({ by }) => by?.sid ?? JSON.stringify(by)),
    );
    const all = [...policiesOf(graph.resources).values()].flat().filter(({ effect }) => effect === "Deny");

    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((statement) => !denying.has(statement.sid ?? JSON.stringify(statement)))).toEqual([]);
  });
});

const services = ["codebuild", "ec2", "events", "lambda", "scheduler", "sns"];
const trusted = [
  ["ApiRole", "lambda"],
  ["BuildRole", "codebuild"],
  ["GuestRole", "ec2"],
  ["HarvestRole", "ec2"],
  ["ReconcileRole", "lambda"],
  ["SchedulerRole", "scheduler"],
] as const;

describe("a role can be assumed:", () => {
  const context = { "aws:sourceaccount": ["123456789012"] };
  function assuming(role: string, principal: Request["principal"], of: Request["context"] = context): boolean {
    const { inputs, state } = graph.named(role);
    const trust = statementsOf(String(inputs.assumeRolePolicy));
    return judge(trust, { action: "sts:AssumeRole", resource: String(state.arn), context: of, principal }).allowed;
  }

  test.each(trusted)("%s by %s, and by no other service or identity", (role, service) => {
    const may = services.filter((one) => assuming(role, { type: "Service", id: `${one}.amazonaws.com` }));

    expect(may).toEqual([service]);
    for (const id of ["arn:aws:iam::123456789012:role/admin", "arn:aws:iam::210987654321:role/x"])
      expect(assuming(role, { type: "AWS", id })).toBe(false);
  });

  test.each([
    ["BuildRole", "codebuild"],
    ["SchedulerRole", "scheduler"],
  ])("%s by %s for this account only", (role, service) => {
    const principal = { type: "Service" as const, id: `${service}.amazonaws.com` };

    expect(assuming(role, principal)).toBe(true);
    expect(assuming(role, principal, { "aws:sourceaccount": ["210987654321"] })).toBe(false);
    expect(assuming(role, principal, {})).toBe(false);
  });
});
