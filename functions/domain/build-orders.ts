import type { BuildVariables } from "../config/build-variables.ts";
import { clip } from "../config/clip.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Variant } from "../config/variant.ts";
import type { Image } from "./images.ts";
import { canonical, type Inputs, type RecordedInputs, sha256 } from "./inputs.ts";
import { packerVariables } from "./packer-variables.ts";
import { identityOf } from "./records.ts";
import { slowStartSeconds } from "./slow-starts.ts";

/**
 * `build` makes an image and proves it, `prove` proves an existing image, `harvest` copies the files that AWS does not
 * publish from AWS's EKS image, `prove-place` boots an image in a place. What that finds out counts there only.
 */
export const purposes = ["build", "prove", "harvest", "prove-place"] as const;
export type Purpose = (typeof purposes)[number];

/** What CodeBuild should run, and why. */
export type BuildWish = ImageWish | ProofWish | HarvestWish | PlaceProofWish;

interface Wish {
  variant: Variant;
  /** Counts from 1 among the builds of the same inputs. */
  attempt: number;
  /** One reason a line. */
  reasons: string[];
}

export interface ImageWish extends Wish {
  purpose: "build";
  inputs: Inputs;
  /** The day on which AWS released the base, `YYYY-MM-DD`. */
  baseReleased: string;
  /** AWS's EKS image that `inputs.harvest` was taken from; undefined on the layer recipe. */
  harvestSource: string | undefined;
}

export interface ProofWish extends ImageToProve {
  purpose: "prove";
  /** The attempt of the build that made the image, in whose subnet its proofs begin; 1 if it is not known. */
  madeInAttempt: number;
}

export interface PlaceProofWish extends ImageToProve {
  purpose: "prove-place";
  place: PlaceToProve;
}

interface ImageToProve extends Wish {
  /** The image's inputs. */
  inputs: Inputs;
  image: string;
}

/** The place that an image is booted in, by the place's role. */
export interface PlaceToProve {
  name: string;
  region: string;
  roleArn: string;
  /** Undefined for a role of home's own account. */
  externalId?: string | undefined;
  /** The image's ID there. */
  image: string;
}

export interface HarvestWish extends Wish {
  purpose: "harvest";
  inputs: HarvestInputs;
}

/** What a harvest is made from: AWS's EKS image and the deployed recipe. */
export type HarvestInputs = { baseAmi: string; recipe: string };

/** What to do about a variant's images, always with reasons. `until` is in milliseconds since the epoch. */
export type BuildDecision =
  | { decision: "start"; wish: BuildWish }
  /** `gaveUp`: these inputs have failed for good, and only a change or a request helps. */
  | { decision: "wait"; reasons: string[]; until: number | undefined; gaveUp?: true | undefined }
  | { decision: "nothing"; reasons: string[] };

export function wait(reasons: string | string[], until?: number, gaveUp?: true): BuildDecision {
  return { decision: "wait", reasons: [reasons].flat(), until, gaveUp };
}

/**
 * A wish as CodeBuild receives it. Everything that shapes the image is a pure function of variant, inputs, attempt and
 * policies.
 */
export interface BuildOrder {
  variant: string;
  /** The name of the place that an image is proved in. */
  place?: string | undefined;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /**
   * SHA-256 of everything that shapes what the build makes: idempotency token, correlation ID, part of the image's
   * name. It leaves out the reasons, the base's release date (it follows from the base), the place of harvested files
   * (their manifest's hash is an input), the variant that starts a harvest, and what is only measured
   * (`SLOW_START_SECONDS`).
   */
  token: string;
  variables: BuildVariables;
}

/** What a variant's order depends on besides its wish. */
export interface OrderContext {
  stage: string;
  /** The deployed recipe, which CodeBuild receives even if it proves an image of an older one. */
  recipe: string;
  harvestRecipe: string;
  configuration: Configuration;
  /** By variant. */
  images: ReadonlyMap<string, readonly Image[]>;
}

/** Characters of the reasons in a build's variables. */
const maxReasonsLength = 300;

/** The order that fulfils a wish. */
export function orderBuild(wish: BuildWish, context: OrderContext): BuildOrder {
  const { purpose, variant, inputs, attempt } = wish;
  const token = sha256(JSON.stringify(shapeOf(wish, context)));
  const reasons = clip(wish.reasons.join("\n"), maxReasonsLength);
  const image = startImageOf(wish);
  const place = placeOf(wish);
  return {
    variant: variant.name,
    place: place?.name,
    purpose,
    inputs,
    attempt,
    token,
    variables: {
      PURPOSE: purpose,
      VARIANT: variant.name,
      INPUTS: JSON.stringify(inputs),
      RECIPE: context.recipe,
      ATTEMPT: String(attempt),
      TOKEN: token,
      REASONS: reasons,
      ...(image && { IMAGE_ID: image }),
      ...(place && { PLACE: JSON.stringify(place) }),
      ...(purpose !== "harvest" && {
        IDENTITY: identityOf(variant.name, inputs),
        SLOW_START_SECONDS: slowStartOfOrder(wish, context),
      }),
      PACKER_VARIABLES: JSON.stringify(packerVariables(wish, token, reasons, context)),
    },
  };
}

/** Everything that shapes the result. */
function shapeOf(wish: BuildWish, { stage, recipe, harvestRecipe, configuration }: OrderContext) {
  const { updateRounds, kubernetesReleaseUrl } = configuration.policies;
  const common = [stage, wish.purpose, wish.attempt, canonical(wish.inputs), recipe];
  if (wish.purpose === "harvest") return [...common, harvestRecipe];
  const ofImage = [...common, wish.variant.name, startImageOf(wish) ?? "", updateRounds, kubernetesReleaseUrl];
  const place = placeOf(wish);
  return place ? [...ofImage, ...placeKeys.map((key) => place[key] ?? "")] : ofImage;
}

const placeKeys = ["name", "region", "roleArn", "externalId", "image"] as const;

function placeOf(wish: BuildWish): PlaceToProve | undefined {
  return wish.purpose === "prove-place" ? wish.place : undefined;
}

/** The image that a build starts from by name: home's image to prove, or AWS's image to harvest from. */
function startImageOf(wish: BuildWish): string | undefined {
  if (wish.purpose === "build") return undefined;
  return wish.purpose === "harvest" ? wish.inputs.baseAmi : wish.image;
}

/**
 * From how many seconds on the build measures a start once more. Other images may be published between two runs that
 * give the same order, and the token stays: CodeBuild answers that it knows the token, and the first order counts
 * (`startBuild`).
 */
function slowStartOfOrder(wish: BuildWish, { images, configuration: { policies } }: OrderContext): string {
  // A copy reads its disk from another snapshot, so its start says nothing about the image.
  if (wish.purpose === "prove-place") return "";
  const own = images.get(wish.variant.name) ?? [];
  const proved = wish.purpose === "prove" ? own.find(({ id }) => id === wish.image) : undefined;
  return `${slowStartSeconds(policies.slowStart, own, proved) ?? ""}`;
}
