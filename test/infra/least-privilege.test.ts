import { beforeAll, describe, expect, test } from "vitest";
import type { Place } from "../../local/policies/arns.ts";
import { statementsOf } from "../../local/policies/policy.ts";
import { requestsOf } from "../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../local/policies/review.ts";
import { judge, type Request, type Verdict } from "../../local/policies/verdict.ts";
import type { Ask } from "./denials/asks.ts";
import { buildRoleDenials } from "./denials/build-role.ts";
import { buildDenials } from "./denials/builds.ts";
import { functionDenials } from "./denials/functions.ts";
import { imageDenials } from "./denials/images.ts";
import { otherDenials } from "./denials/others.ts";
import { type Graph, graphOf } from "./graph.ts";

const place: Place = { partition: "aws", region: "us-east-1", accountId: "123456789012" };
const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];
const denials = [...buildRoleDenials, ...buildDenials, ...imageDenials, ...functionDenials, ...otherDenials];

let graph: Graph;
let everything: Graph;
beforeAll(async () => {
  [graph, everything] = await Promise.all([
    graphOf({ variants }, "production"),
    graphOf(
      {
        variants: [...variants, { name: "assembled", windows: 2022, kubernetes: "1.35", base: "Base" }],
        policies: { retention: { deregister: true }, kubernetesSource: "eks" },
      },
      "production",
    ),
  ]);
}, 120_000);

/** What the deployed policies say to everything that is asked for. */
function verdictsOn({ as, where, ...asked }: Ask): Verdict[] {
  const here = where === "everything" ? everything : graph;
  const resolved = withNames(asked, here);
  const requests = "action" in resolved ? [resolved] : requestsOf(resolved, accountOf(place, here.resources));
  const statements = policiesOf(here.resources).get(String(here.named(as).inputs.name)) ?? [];
  return requests.map((request) => judge(statements, request));
}

/** `<Name>` is what calls name a resource by: of some their name or URL, of others their ARN; `<Name.name>` its name. */
function withNames<T>(asked: T, { named }: Graph): T {
  const json = JSON.stringify(asked).replace(/<(\w+)(\.name)?>/g, (_, name, onlyName) => {
    const { type, inputs, state } = named(name);
    if (onlyName) return String(inputs.name);
    return String(inputs.bucket ?? (type.includes("sqs/queue") ? state.url : state.arn));
  });
  return JSON.parse(json) as T;
}

describe("a role is denied what", () => {
  test.each(denials)("$what", ({ denied, allowed }) => {
    expect(verdictsOn(denied).filter((verdict) => !verdict.allowed)).not.toEqual([]);
    expect(verdictsOn(allowed)).not.toEqual([]);
    expect(verdictsOn(allowed).filter((verdict) => !verdict.allowed)).toEqual([]);
  });

  test("no statement that denies is there for nothing", () => {
    const denying = new Set(
      denials.flatMap(({ denied }) => verdictsOn(denied)).flatMap(({ by }) => by?.sid ?? JSON.stringify(by)),
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

describe("a role is assumed", () => {
  const context = { "aws:sourceaccount": ["123456789012"] };
  function assuming(role: string, principal: Request["principal"], of: Request["context"] = context): boolean {
    const { inputs, state } = graph.named(role);
    const trust = statementsOf(String(inputs.assumeRolePolicy));
    return judge(trust, { action: "sts:AssumeRole", resource: String(state.arn), context: of, principal }).allowed;
  }

  test.each(trusted)("%s by %s, by no other service and by no identity", (role, service) => {
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
