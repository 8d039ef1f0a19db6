/** What uses an image. Anything uncertain counts as use. */
export type References = { state: "unused" } | { state: "used"; by: string[] } | { state: "unknown"; why: string };

/** A resource, and the image that it uses. */
export interface Use {
  image: string;
  by: string;
}

/** How many users a reason names. */
const maxUsersNamed = 3;

/**
 * Judges from two independent answers whether an image is used.
 * @param references everything that DescribeImageReferences answered, and the image's shares. That call silently leaves
 * out what its caller may not see, so an answer that omits any known use is not trusted for any image.
 * @param seen what the resources' own calls answered about the images that `references` does not name
 */
export function judgeUse(image: string, references: readonly Use[], seen: readonly Use[]): References {
  const omitted = seen.find((one) => !references.some((other) => other.image === one.image && other.by === one.by));
  if (omitted)
    return {
      state: "unknown",
      why: `${omitted.by} uses ${omitted.image}, which DescribeImageReferences leaves out`,
    };
  const by = references.filter((one) => one.image === image).map((one) => one.by);
  return by.length === 0 ? { state: "unused" } : { state: "used", by };
}

/**
 * What uses an image, or why that is uncertain; undefined if nothing uses it.
 * @param references undefined if this reconcile run did not ask about the image
 */
export function describeUse(references: References | undefined): string | undefined {
  if (references === undefined) return "its use has not been checked yet";
  if (references.state === "unknown") return `it is unknown what uses it: ${references.why}`;
  if (references.state === "unused") return undefined;
  const more = references.by.length - maxUsersNamed;
  return `used by ${references.by.slice(0, maxUsersNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
