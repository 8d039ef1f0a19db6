import type { NotificationOf } from "../domain/notifications/due.ts";
import { logLine } from "./build-texts.ts";
import { post, readLog, rebuild, revoke, unrevoke } from "./steps.ts";
import { type Texts, wrapped } from "./texts.ts";

export const imageTexts: Texts<"revoked" | "unrevoked" | "unproved" | "image-missing" | "unrecorded"> = {
  revoked: (notification) => ({
    headline: `${notification.image} is revoked`,
    act: "Act if nodes run it: they stay until they are replaced.",
    details: [
      ...wrapped("Why    ", notification.reason, notification.configured ? 1 : 2),
      `By     ${notification.by ?? "a person who wrote the tag by hand"}`,
      ...wrapped("Held   ", holders(notification), 1),
      ...wrapped("Image  ", withdrawal(notification), 1),
      "Fleets that the service rolls go back by themselves.",
    ],
    steps: [
      ...(notification.configured
        ? [rebuild(notification.variant, "Its inputs are not built again until one changes, or you ask for it")]
        : []),
      unrevoke(notification.image, "To undo this"),
    ],
  }),
  unrevoked: ({ image }) => ({
    headline: `${image} is no longer revoked`,
    act: "You need not act.",
    details: [
      "It may be published again if nothing else blocks it.",
      "A channel that holds an older image takes it without further action.",
    ],
    steps: [revoke(image, "To revoke it again")],
  }),
  unproved: ({ variant, image, attempts }) => ({
    headline: `${image} could not be proved`,
    act: "Act: find out why no proof can run.",
    details: [
      `After ${attempts} attempts it is unknown whether the image boots, so it is not published.`,
      "Capacity, quotas, policies of the account and the network are the usual causes.",
    ],
    steps: [readLog(variant, "To read the log of the latest")],
  }),
  unrecorded: ({ images }) => ({
    headline: `${images.length === 1 ? `${images[0]?.image} has` : `${images.length} images have`} our tags, but no records`,
    act: "Act: find out who made or tagged it.",
    details: [
      "None of what their tags claim counts, since no record in the bucket confirms it:",
      { items: images.map(({ image, claims }) => `${image}: ${claims.join(", ")}`), none: "none", more: ["status"] },
      "An image here is forged, a copy, left by an interrupted build, or from before records. CloudTrail",
      "has who made or tagged it (CopyImage, CreateImage, CreateTags). Deregister a copy or a forgery, or",
      "delete its tags, and find out who may call ec2:CreateTags.",
    ],
    steps: [adopt(images)],
  }),
  "image-missing": ({ variant, why, log }) => ({
    headline: "a build has succeeded, but its image is missing",
    act: "You need not act: it is built again.",
    details: [
      ...wrapped("Why    ", why),
      logLine(log),
      "A person may have deregistered it or removed its tags (CloudTrail: DeregisterImage, DeleteTags).",
    ],
    steps: [readLog(variant, "To read the log")],
  }),
};

/** One image can be adopted by a call, several are for the command. */
function adopt(images: NotificationOf<"unrecorded">["images"]) {
  const when = "If this service made it before it kept records";
  const [image, ...others] = images;
  if (!image || others.length > 0) return { when, command: ["adopt"] };
  return { ...post(when, [], "/adopt", { image: image.image }), command: ["adopt", image.image] };
}

function holders({ holders: by, configured, publishes }: NotificationOf<"revoked">): string {
  if (by.length === 0) return "No channel holds it.";
  const held = `By ${by.join(" and ")}`;
  if (configured && !publishes) return `${held}, as long as policies.publish is false in config.ts.`;
  return configured
    ? `${held}, until the newest publishable image replaces it there.`
    : `${held}. That stays so, because the variant was removed.`;
}

function withdrawal({ withdraws, disables }: NotificationOf<"revoked">): string {
  if (!withdraws) return "It stays as it is, because no record says that this service made it.";
  return disables
    ? "It is deprecated, and disabled once no channel holds it: no node can start it then."
    : "It is deprecated. Anyone who has its ID can still start it.";
}
