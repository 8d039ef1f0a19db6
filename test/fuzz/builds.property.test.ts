import type { Build as CodeBuildBuild } from "@aws-sdk/client-codebuild";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FailureClass } from "../../functions/domain/failures.ts";
import { plan } from "../../functions/domain/plan.ts";
import { textOf } from "../../functions/texts/notification-text.ts";
import { core, minute, scene } from "../scene.ts";
import { type Functions, startFunctions } from "./functions.ts";
import { forgedLinesOfMail, hostileJson, hostileText, orHostile, safe } from "./hostile.ts";

const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const network = { kind: "vpc" as const, vpcId: "vpc-0123456789abcdef0", subnetIds };
const { world, inputs } = scene({ policies: { network } }, new Date().toISOString()).image("ami-1", {
  proof: undefined,
});

const machine = { type: "LINUX_CONTAINER", image: "standard", computeType: "BUILD_GENERAL1_SMALL" } as const;

const failed = { phaseType: "BUILD", phaseStatus: "FAILED" } as const;

const variables = fc.record({
  VARIANT: orHostile(core),
  PURPOSE: orHostile("build", "prove", "harvest"),
  INPUTS: fc.oneof(fc.constant(JSON.stringify(inputs())), hostileJson),
  ATTEMPT: orHostile("1", "-3", "1.5"),
  TOKEN: orHostile("ab".repeat(32)),
  IMAGE_ID: orHostile("ami-1"),
});
const exported = fc.record({
  IMAGE_ID: orHostile("ami-1"),
  FAILURE_CLASS: orHostile(...FailureClass.options),
  FAILURE_CAUSE: hostileText,
  FAILURE_LINES: fc.oneof(
    hostileJson,
    fc.array(hostileText).map((lines) => JSON.stringify(lines)),
  ),
});
const named = (record: fc.Arbitrary<Record<string, string>>) =>
  record.map((values) => Object.entries(values).map(([name, value]) => ({ name, value, type: "PLAINTEXT" as const })));

const build = fc.record({
  buildStatus: fc.constantFrom("FAILED", "FAULT", "STOPPED", "SUCCEEDED", "TIMED_OUT", "IN_PROGRESS"),
  currentPhase: hostileText,
  environment: named(variables).map((environmentVariables) => ({ ...machine, environmentVariables })),
  exportedEnvironmentVariables: named(exported),
  logs: hostileText.map((deepLink) => ({ deepLink })),
  phases: hostileText.map((message) => [{ ...failed, contexts: [{ message }] }]),
});

let functions: Functions;
let readBuilds: typeof import("../../functions/io/builds.ts").readBuilds;
let count = 0;

beforeAll(async () => {
  functions = await startFunctions(world);
  ({ readBuilds } = await import("../../functions/io/builds.ts"));
});
afterAll(() => functions?.endpoint.stop());

// Whoever may start a build of the project can choose all of this.
test("what CodeBuild tells of a build stops no plan, chooses no subnet, and begins no line of a mail", () =>
  safe(
    fc.array(build, { minLength: 1, maxLength: 3 }),
    async (told) => {
      const now = Date.now();
      const times = { startTime: new Date(now - 60 * minute), endTime: new Date(now - 30 * minute) };
      functions.account.builds = told.map((one, index): CodeBuildBuild => {
        count += 1;
        return { ...one, ...times, id: `project:${count}-${index}` };
      });

      const builds = await readBuilds("project", now);

      for (const { attempt, failure } of builds) {
        expect(attempt).toBeGreaterThanOrEqual(1);
        expect(failure?.cause.length ?? 0).toBeLessThanOrEqual(500);
        expect(failure?.lines.length ?? 0).toBeLessThanOrEqual(100);
        for (const line of failure?.lines ?? []) expect([...line].length).toBeLessThanOrEqual(300);
      }
      for (const action of plan({ ...world, now, builds })) {
        if ("order" in action)
          expect(subnetIds).toContain(JSON.parse(action.order.variables.PACKER_VARIABLES).subnet_id);
        if (action.do === "announce")
          expect(forgedLinesOfMail(textOf(action.notification, { stage: "production" }).text)).toEqual([]);
      }
    },
    { full: 2_000 },
  ));
