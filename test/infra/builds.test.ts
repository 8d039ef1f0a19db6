import { beforeAll, describe, expect, test } from "vitest";
import { recipeFiles, recipeHash } from "../../infra/recipe.ts";
import { usual } from "./deployments.ts";
import { type Graph, list, permissionsOf, root, statementsOf, variablesOf } from "./graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await usual();
});

describe("builds", () => {
  test("CodeBuild receives exactly the files of the recipe, in an archive named by the recipe's hash", () => {
    const bucket = graph.named("ArtifactsBucket").inputs.bucket;
    const { key, source } = graph.named("RecipeSource").inputs as { key: string; source: { files: object } };
    const project = graph.named("Builds").inputs;

    expect(key).toBe(`source/${recipeHash(root)}.zip`);
    expect(Object.keys(source.files).sort()).toEqual(recipeFiles(root).sort());
    expect(project.source).toEqual({ type: "S3", location: `${bucket}/${key}`, buildspec: "buildspec/build.yml" });
  });

  test("CodeBuild takes the version that this deployment has written, and may read it", () => {
    const written = graph.named("RecipeSource").state.versionId;
    const source = `${graph.named("ArtifactsBucket").state.arn}/source/*`;
    const reading = permissionsOf(graph.named("BuildRole")).filter(({ Resource }) => list(Resource).includes(source));

    expect(written).toEqual(expect.any(String));
    expect(graph.named("Builds").inputs.sourceVersion).toBe(written);
    expect(reading.flatMap(({ Action }) => list(Action))).toContain("s3:GetObjectVersion");
  });

  test("the source is written to a bucket that already keeps versions: otherwise it has none to name", () => {
    expect(graph.named("RecipeSource").waitsFor).toContain("ArtifactsVersioning");
  });

  test("the guest is public without a VPC, and CodeBuild asks for its own address", () => {
    const { environment, vpcConfig } = graph.named("Builds").inputs;

    expect(vpcConfig).toBeUndefined();
    expect(variablesOf(environment)).toEqual({
      STAGE: "production",
      BUCKET: graph.named("ArtifactsBucket").inputs.bucket,
      PACKER_RELEASE_URL: "https://releases.hashicorp.com",
      ADDRESS_URL: "https://checkip.amazonaws.com",
      SECOND_PROOF_MINUTES: "1605",
      PACKER_DEPLOYMENT: {
        region: "us-east-1",
        instance_type: "m7i.xlarge",
        volume_key_arn: "",
        security_group_ids: [],
        ssh_interface: "public_ip",
        associate_public_ip_address: true,
        iam_instance_profile: graph.named("GuestProfile").inputs.name,
        harvest_instance_profile: graph.named("HarvestProfile").inputs.name,
        bucket: graph.named("ArtifactsBucket").inputs.bucket,
      },
    });
    expect(graph.ofType("aws:ec2/securityGroup:SecurityGroup")).toEqual([]);
  });

  test("the project can be created in an account with a quota of one build: it sets no limit of its own", () => {
    expect(graph.named("Builds").inputs).not.toHaveProperty("concurrentBuildLimit");
  });

  test("a build has a timeout below CodeBuild's limit", () => {
    expect(graph.named("Builds").inputs.buildTimeout).toBe(1905);
  });
});

describe("the bucket", () => {
  test("is private and versioned and has no CORS rules", () => {
    expect(graph.named("ArtifactsPublicAccessBlock").inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(graph.named("ArtifactsVersioning").inputs.versioningConfiguration).toEqual({ status: "Enabled" });
    expect(graph.ofType("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")).toEqual([]);
  });

  test("denies calls without TLS", () => {
    const [statement] = statementsOf(graph.named("ArtifactsPolicy").inputs.policy);

    const { arn } = graph.named("ArtifactsBucket").state;
    expect([statement]).toEqual([
      {
        Effect: "Deny",
        Action: "s3:*",
        Principal: "*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("keeps notification records for 90 days, records of starts for one, harvests for 400 and noncurrent versions for 30", () => {
    const rules = graph.named("ArtifactsLifecycle").inputs.rules;

    expect(rules).toMatchObject([
      { filter: { prefix: "announced/" }, expiration: { days: 90 } },
      { filter: { prefix: "records/starts/" }, expiration: { days: 1 } },
      { filter: { prefix: "harvest/" }, expiration: { days: 400 } },
      { filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
      { filter: { prefix: "" }, noncurrentVersionExpiration: { noncurrentDays: 30 } },
    ]);
  });

  test.each(["reports/", "records/"])("never expires what is below %s, but records of starts", (prefix) => {
    const rules = graph.named("ArtifactsLifecycle").inputs.rules as {
      filter: { prefix: string };
      expiration?: object;
    }[];

    const touching = rules.filter(
      ({ filter }) =>
        prefix.startsWith(filter.prefix) || (filter.prefix.startsWith(prefix) && filter.prefix !== "records/starts/"),
    );
    expect(touching.filter(({ expiration }) => expiration && "days" in expiration)).toEqual([]);
  });
});
