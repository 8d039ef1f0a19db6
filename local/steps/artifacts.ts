import { minorOf } from "../model/installation.ts";
import { readJson, type Situation, StepError, setting, workPath } from "./situation.ts";

/** An entry of the recipe's versions.json, as far as a step needs it. */
export type Artifact = {
  kind: "archive" | "image" | "signed" | "base";
  name: string;
  version: string;
  recipes: string[];
  windows?: string[];
  minors?: { from?: string; to?: string };
  url?: string;
  sha256?: string | null;
  signer?: string;
  reference?: string;
  digest?: string | null;
};

const collator = new Intl.Collator("en", { numeric: true });

/** The one of this name that is meant for what is being built, from the file that was uploaded. */
export function artifact(situation: Situation, name: string): Artifact {
  const { artifacts } = readJson<{ artifacts: Artifact[] }>(situation, workPath(situation, "versions.json"));
  const minor = minorOf(setting(situation, "KUBERNETES_VERSION"));
  const [recipe, windows] = [setting(situation, "RECIPE_KIND"), setting(situation, "WINDOWS")];
  const fitting = artifacts.filter(
    (one) =>
      one.name === name &&
      one.recipes.includes(recipe) &&
      (one.windows?.includes(windows) ?? true) &&
      collator.compare(one.minors?.from ?? minor, minor) <= 0 &&
      collator.compare(one.minors?.to ?? minor, minor) >= 0,
  );
  const [found] = fitting;
  if (!found || fitting.length > 1)
    throw new Error(
      `versions.json has ${fitting.length} entries ${name} for ${recipe}, Windows ${windows} and ${minor}.`,
    );
  return found;
}

/**
 * What is at an address, checked by what is known of it.
 * @param url `https://…`, or `s3://bucket/key`, which the instance's role must be allowed to read
 * @throws StepError of class `checksum`; of class `download` what may pass by itself
 */
export async function fetchVerified(
  { network }: Situation,
  url: string,
  { sha256, signer }: Pick<Artifact, "sha256" | "signer">,
): Promise<Buffer> {
  const download = await network.download(url).catch((error: Error) => {
    const stays = /returned error: 4\d\d|An error occurred \((AccessDenied|NoSuch\w+)\)/.test(error.message);
    throw new StepError(stays ? "provision" : "download", `downloading ${url}: ${error.message}`);
  });
  if (sha256 && download.sha256 !== sha256)
    throw new StepError("checksum", `${url} has the SHA-256 ${download.sha256}, expected ${sha256}.`);
  if (signer && download.signer !== signer)
    throw new StepError("checksum", `${url} is signed by ${download.signer}, not by ${signer}.`);
  return download.content;
}
