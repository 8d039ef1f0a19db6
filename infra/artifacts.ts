import { join } from "node:path";
import { variants } from "./configuration.ts";
import { isKept } from "./kept.ts";
import { harvestRecipeHash, recipeFiles, recipeHash } from "./recipe.ts";
import { requirePins } from "./versions.ts";

const root = $cli.paths.root;
requirePins(root, variants);

/** SHA-256 of `packer/` and `buildspec/`: an input of every image. */
export const recipe = recipeHash(root);
/** The same of what shapes a harvest: what other scripts have harvested is harvested again. */
export const harvestRecipe = harvestRecipeHash(root);

/**
 * Recipe sources (`source/`), what images say of themselves (`reports/`), what was taken from AWS's images (`harvest/`) and the facts that have
 * been announced (`announced/`). Private; TLS only is SST's default.
 *
 * Reports stay: an image may be in use for years, nothing else tells what is in it, and its three files have some 50 KB (a US cent a month for
 * 8,000 images). A harvest is read by builds for as long as AWS's image is the newest of its minor; AWS withdraws it after four months.
 */
export const artifacts = new sst.aws.Bucket("Artifacts", {
  versioning: true,
  cors: false,
  // Facts older than 30 days are not announced any more, so their records may go after 90.
  lifecycle: [
    { id: "announced", prefix: "announced/", expiresIn: "90 days" },
    // Of a minor without new images a harvest may still be wanted then: a missing one is made again, to the byte.
    { id: "harvest", prefix: "harvest/", expiresIn: "400 days" },
  ],
  transform: {
    // SST would empty the bucket in order to remove it.
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

// What S3 does anyway since 2023. A key of ours would cost more and open what its policy lets in, which the bucket's own does already.
new aws.s3.BucketServerSideEncryptionConfiguration("ArtifactsEncryption", {
  bucket: artifacts.name,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});

/** What CodeBuild gets. Older recipes stay: a build that waits in CodeBuild's queue still wants the one it was asked for. */
export const source = new aws.s3.BucketObjectv2(
  "RecipeSource",
  {
    bucket: artifacts.name,
    key: `source/${recipe}.zip`,
    source: new $util.asset.AssetArchive(
      Object.fromEntries(recipeFiles(root).map((file) => [file, new $util.asset.FileAsset(join(root, file))])),
    ),
  },
  { retainOnDelete: true },
);
