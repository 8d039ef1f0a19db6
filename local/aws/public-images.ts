import { knownEditions, knownVariants, knownWindows } from "../../functions/config/known-images.ts";
import type { Emulator } from "./emulator.ts";

/** An image that AWS publishes; its public parameter's name consists of these values. */
export type PublicImage = { windows: 2019 | 2022 | 2025; edition: "Core" | "Full" } & (
  | { base: "EKS_Optimized"; kubernetes: string }
  | { base: "ContainersLatest" | "Base" }
);

type Publisher = Pick<Emulator, "addPublicImage" | "setPublicParameter">;

/** The date of AWS's last ContainersLatest images. The family has been frozen since. */
const lastContainersLatest = new Date("2023-04-14T00:00:00Z");

/** Publishes all of AWS's Windows images with one release date; the frozen family keeps its own. */
export async function publishAll(emulator: Publisher, releasedAt: Date): Promise<void> {
  for (const image of allPublicImages())
    await publishImage(emulator, image, image.base === "ContainersLatest" ? lastContainersLatest : releasedAt);
}

/** Releases one of AWS's images: first the image, then the parameters that name it. Resolves with its ID. */
export async function publishImage(emulator: Publisher, image: PublicImage, releasedAt: Date): Promise<string> {
  const day = releasedAt.toISOString().slice(0, 10).replaceAll("-", ".");
  const parameter = parameterName(image);
  const id = await emulator.addPublicImage({ name: `${imageName(image)}-${day}`, creationDate: releasedAt });
  if (image.base !== "EKS_Optimized") {
    await emulator.setPublicParameter(parameter, id);
    return id;
  }
  const details = {
    image_id: id,
    image_name: `${imageName(image)}-${day}`,
    release_version: `${image.kubernetes}-${day}`,
  };
  await emulator.setPublicParameter(parameter, JSON.stringify(details));
  await emulator.setPublicParameter(`${parameter}/image_id`, id);
  return id;
}

/**
 * For EKS_Optimized the parameter holds a JSON object and its child `image_id` the ID; for the other families it holds
 * the ID itself.
 */
export function parameterName(image: PublicImage): string {
  return `/aws/service/ami-windows-latest/${imageName(image)}`;
}

function imageName(image: PublicImage): string {
  const family = image.base === "EKS_Optimized" ? `${image.base}-${image.kubernetes}` : image.base;
  return `Windows_Server-${image.windows}-English-${image.edition}-${family}`;
}

function allPublicImages(): PublicImage[] {
  return knownWindows.flatMap((windows) =>
    knownEditions.flatMap((edition) => [
      ...knownVariants
        .filter((one) => one.windows === windows && one.edition === edition)
        .map((one): PublicImage => ({ ...one, base: "EKS_Optimized" })),
      ...(windows === 2025 ? [] : [{ windows, edition, base: "ContainersLatest" } as const]),
      { windows, edition, base: "Base" } as const,
    ]),
  );
}
