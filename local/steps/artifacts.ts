import type { Artifact, Versions } from "../../functions/config/versions.ts";
import { minorOf } from "../model/installation.ts";
import { readJson, type StepContext, StepError, setting, workPath } from "./step-context.ts";

const collator = new Intl.Collator("en", { numeric: true });

/**
 * The artifact of this kind and name for the recipe, Windows release and Kubernetes minor of the build, from the
 * uploaded versions.json.
 */
export function artifact<Kind extends Artifact["kind"]>(
  context: StepContext,
  kind: Kind,
  name: string,
): Extract<Artifact, { kind: Kind }> {
  const { artifacts } = readJson<Versions>(context, workPath(context, "versions.json"));
  const minor = minorOf(setting(context, "KUBERNETES_VERSION"));
  const [recipe, windows] = [setting(context, "RECIPE_KIND"), setting(context, "WINDOWS")];
  const matching = artifacts.filter(
    (one): one is Extract<Artifact, { kind: Kind }> =>
      one.kind === kind &&
      one.name === name &&
      one.recipes.some((each) => each === recipe) &&
      (one.windows?.some((each) => each === windows) ?? true) &&
      collator.compare(one.minors?.from ?? minor, minor) <= 0 &&
      collator.compare(one.minors?.to ?? minor, minor) >= 0,
  );
  const [found] = matching;
  if (!found || matching.length > 1)
    throw new Error(
      `versions.json has ${matching.length} entries ${name} for ${recipe}, Windows ${windows} and ${minor}.`,
    );
  return found;
}

/**
 * Downloads a file and checks its SHA-256 and its signer, where they are given.
 * @param url `https://…`, or `s3://bucket/key`, which the instance's role must be allowed to read
 * @throws StepError of class `checksum` if a check fails, of class `download` if a retry may help, else of class
 * `provision`
 */
export async function fetchVerified(
  { network }: StepContext,
  url: string,
  { sha256, signer }: { sha256?: string | null; signer?: string },
): Promise<Buffer> {
  const download = await network.download(url).catch((error: Error) => {
    const isPermanent = /returned error: 4\d\d|An error occurred \((AccessDenied|NoSuch\w+)\)/.test(error.message);
    throw new StepError(isPermanent ? "provision" : "download", `downloading ${url}: ${error.message}`);
  });
  if (sha256 && download.sha256 !== sha256)
    throw new StepError("checksum", `${url} has the SHA-256 ${download.sha256}, expected ${sha256}.`);
  if (signer && download.signer !== signer)
    throw new StepError("checksum", `${url} is signed by ${download.signer}, not by ${signer}.`);
  return download.content;
}
