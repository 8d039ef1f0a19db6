import { beforeAll, describe, expect, test } from "vitest";
import { orderedVariables } from "../../local/tools/packer-variables.ts";
import { type Graph, graphOf, list, permissionsOf, type Statement } from "./graph.ts";

let graph: Graph;
let statements: Statement[];
beforeAll(async () => {
  graph = await graphOf({ variants: [{ windows: 2022, kubernetes: "1.35" }] }, "production");
  statements = permissionsOf(graph.named("ReconcileRole")).filter(({ Action }) =>
    list(Action).includes("codebuild:StartBuild"),
  );
}, 120_000);

/** The denials that the presence of a key alone sets off. */
function deniedKeys(): string[] {
  return statements.flatMap(({ Effect, Condition }) =>
    Effect === "Deny" && Condition?.Null ? Object.keys(Condition.Null) : [],
  );
}

describe("whoever starts a build", () => {
  test("starts the one project's", () => {
    const allowed = statements.filter(({ Effect }) => Effect === "Allow");

    expect(allowed).toEqual([
      { Effect: "Allow", Action: "codebuild:StartBuild", Resource: graph.named("Builds").state.arn },
    ]);
  });

  test.each([
    "source.buildspec",
    "source.location",
    "source.auth.type",
    "source.insecureSsl",
    "secondarySources",
    "artifacts",
    "secondaryArtifacts",
    "environment.image",
    "environment.type",
    "environment.computeType",
    "environment.privilegedMode",
    "environment.certificate",
    "environment.registryCredential",
    "environment.imagePullCredentialsType",
    "environment.fleet.fleetArn",
    "serviceRole",
    "encryptionKey",
    "logsConfig",
    "cache",
    "autoRetryLimit",
  ])("may not override %s", (key) => {
    expect(deniedKeys()).toContain(`codebuild:${key}`);
  });

  test("is denied by each key alone: the keys of one condition would all have to be there", () => {
    for (const { Effect, Condition, Resource } of statements.filter(({ Effect }) => Effect === "Deny")) {
      expect(Effect).toBe("Deny");
      expect(Resource).toBe("*");
      expect(Object.values(Condition ?? {}).flatMap(Object.keys)).toHaveLength(1);
    }
    expect(deniedKeys().length).toBe(new Set(deniedKeys()).size);
  });

  test("may set the variables of an order, and not those of the deployment", () => {
    const key = "codebuild:environment.environmentVariables.name";
    const names = statements.flatMap(({ Condition }) => list(Condition?.["ForAnyValue:StringNotEquals"]?.[key]).flat());
    const { environmentVariables } = graph.named("Builds").inputs.environment as {
      environmentVariables: { name: string }[];
    };

    expect(environmentVariables.map(({ name }) => name).filter((name) => names.includes(name))).toEqual([]);
    expect(Object.keys(orderedVariables()).filter((name) => /^[A-Z]/.test(name))).toEqual([]);
    expect(names).toEqual([
      "PURPOSE",
      "VARIANT",
      "INPUTS",
      "RECIPE",
      "ATTEMPT",
      "TOKEN",
      "REASONS",
      "IMAGE_ID",
      "PACKER_VARIABLES",
    ]);
  });
});

test("nobody else starts builds", () => {
  const starters = graph
    .ofType("aws:iam/role:Role")
    .filter((role) => permissionsOf(role).some(({ Action }) => list(Action).includes("codebuild:StartBuild")))
    .map(({ name }) => name);

  expect(starters).toEqual(["ReconcileRole"]);
});
