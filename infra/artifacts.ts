import { join } from "node:path";
import { recipeFiles, recipeHash } from "./recipe.ts";

const root = $cli.paths.root;

/** SHA-256 of `packer/` and `buildspec/`: an input of every image. */
export const recipe = recipeHash(root);

/** Recipe sources (`source/`) and the facts that have been announced (`announced/`). Private; TLS only is SST's default. */
export const artifacts = new sst.aws.Bucket("Artifacts", {
  versioning: true,
  cors: false,
  // Facts older than 30 days are not announced any more, so their records may go after 90.
  lifecycle: [{ id: "announced", prefix: "announced/", expiresIn: "90 days" }],
  transform: {
    lifecycle: (args) => {
      args.rules = $output(args.rules).apply((rules = []) => [
        ...rules,
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
