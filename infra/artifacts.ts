import { join } from "node:path";
import { variants } from "./configuration.ts";
import { isKept } from "./kept.ts";
import { harvestRecipeHash, recipeFiles, recipeHash } from "./recipe.ts";
import { protectingRecords } from "./records.ts";
import { requirePins, supportWarnings } from "./versions.ts";

const root = $cli.paths.root;
requirePins(root, variants);
for (const warning of supportWarnings(root, variants, Date.now())) process.stderr.write(`${warning}\n`);

/** SHA-256 of `packer/` and `buildspec/`: an input of every image. */
export const recipe = recipeHash(root);
/** SHA-256 of the scripts that harvest. If they change, the harvest is repeated. */
export const harvestRecipe = harvestRecipeHash(root);

/**
 * The bucket for recipe sources (`source/`), images' reports (`reports/`), harvested files (`harvest/`), records of
 * sent notifications (`announced/`), and pauses and records of what tags claim (`records/`). It is private; TLS only is
 * SST's default.
 *
 * Reports have no expiry: an image may be in use for years, and only its report says what is in it. Its three files
 * take about 50 KB (one US cent a month for 8,000 images). Builds read a harvest as long as AWS's image is the newest
 * of its minor; AWS withdraws the image after four months. Records have no expiry either, but those of starts:
 * without them an image counts as forged.
 */
export const artifacts = new sst.aws.Bucket("Artifacts", {
  cors: false,
  policy: protectingRecords,
  // No notification is sent for an event older than 30 days, so its record can expire after 90.
  lifecycle: [
    { id: "announced", prefix: "announced/", expiresIn: "90 days" },
    // CodeBuild lists a build within minutes of its start.
    { id: "starts", prefix: "records/starts/", expiresIn: "1 day" },
    // A minor without new images may need its harvest for longer. A missing harvest is repeated, with identical bytes.
    { id: "harvest", prefix: "harvest/", expiresIn: "400 days" },
  ],
  transform: {
    // By default, SST empties the bucket to remove it.
    bucket: { forceDestroy: !isKept },
    lifecycle: (args) => {
      args.rules = $output(args.rules).apply((rules = []) => [
        ...rules,
        {
          id: "unfinished",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
        {
          id: "noncurrent",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          expiration: { expiredObjectDeleteMarker: true },
        },
      ]);
    },
  },
});

// SST's own versioning is no resource that another can wait for: an object that came first would have no version. Name
// and parent are those of SST's, because a removal of that one from a deployed stage would suspend the versioning.
const versioning = new aws.s3.BucketVersioning(
  "ArtifactsVersioning",
  { bucket: artifacts.name, versioningConfiguration: { status: "Enabled" } },
  { parent: artifacts },
);

// S3's default since 2023. A key of the service's own would cost more and protect no better than the bucket's policy
// already does.
new aws.s3.BucketServerSideEncryptionConfiguration("ArtifactsEncryption", {
  bucket: artifacts.name,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});

/**
 * The source of the CodeBuild project. Older recipes stay: a build that waits in CodeBuild's queue still needs the
 * recipe of its order. The project names the version, so that a build takes this source whatever is written to its key.
 */
export const source = new aws.s3.BucketObjectv2(
  "RecipeSource",
  {
    bucket: artifacts.name,
    key: `source/${recipe}.zip`,
    source: new $util.asset.AssetArchive(
      Object.fromEntries(recipeFiles(root).map((file) => [file, new $util.asset.FileAsset(join(root, file))])),
    ),
  },
  { retainOnDelete: true, dependsOn: versioning },
);
