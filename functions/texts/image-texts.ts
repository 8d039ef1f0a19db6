import type { NotificationOf } from "../domain/notifications/due.ts";
import { listed, type Texts } from "./texts.ts";

export const imageTexts: Texts<"revoked" | "unrevoked" | "unproved" | "image-missing" | "unrecorded"> = {
  revoked: (notification) => ({
    headline: `${notification.image} is revoked`,
    lines: [
      `Why    ${notification.reason}`,
      `By     ${notification.by ?? "a person who wrote the tag by hand"}`,
      "",
      ...holderLines(notification),
      withdrawalLine(notification),
      "Nodes that run it stay until they are replaced. A fleet that the service rolls goes back by itself.",
      ...(notification.configured
        ? [
            "Its inputs are not built again until one of them changes or you request a rebuild:",
            `POST /rebuild {"variant": "${notification.variant}", "reason": "…"}`,
          ]
        : []),
      `To undo this: POST /unrevoke {"image": "${notification.image}", "reason": "…"}`,
    ],
  }),
  unrevoked: ({ image }) => ({
    headline: `${image} is no longer revoked`,
    lines: [
      "It may be published again if nothing else blocks it. A channel that holds an older image takes it without further action.",
      `To revoke it again: POST /revoke {"image": "${image}", "reason": "…"}`,
    ],
  }),
  unproved: ({ image, attempts }) => ({
    headline: `${image} could not be proved`,
    lines: [
      `After ${attempts} attempts it is unknown whether the image boots, so it is not published.`,
      "Look at the logs of the proofs. Capacity, quotas, policies of the account and the network are the usual causes.",
    ],
  }),
  unrecorded: ({ images }) => ({
    headline: `${images.length === 1 ? `${images[0]?.image} has` : `${images.length} images have`} our tags, but no records`,
    lines: [
      "Their tags claim the following, and the records in the bucket do not confirm it:",
      ...listed(
        images.map(({ image, claims }) => `${image}: ${claims.join(", ")}`),
        "none",
      ),
      "",
      "An image here is forged, a copy, left by an interrupted build, or from before records. None of these claims counts.",
      "CloudTrail says who made or tagged it (CopyImage, CreateImage, CreateTags).",
      "If it is a copy or a forgery: deregister it or delete its tags, and find out who may call ec2:CreateTags.",
      "If this service made it before it kept records: npm run adopt -- --stage <stage>",
    ],
  }),
  "image-missing": ({ why, log }) => ({
    headline: "a build has succeeded, but its image is missing",
    lines: [
      `${why}.`,
      `Log    ${log ?? "none"}`,
      "",
      "A person may have deregistered it or removed its tags (CloudTrail: DeregisterImage, DeleteTags). The service builds it again.",
    ],
  }),
};

function holderLines({ holders, configured, publishes, variant }: NotificationOf<"revoked">): string[] {
  if (holders.length === 0) return ["No channel holds it."];
  const held = `Held by ${holders.join(" and ")}`;
  if (configured && !publishes) return [`${held}. That stays so while policies.publish is false in config.ts.`];
  return configured
    ? [`${held}. The newest publishable image replaces it there. You get a notification when that is done.`]
    : [`${held}. That stays so, because ${variant} was removed and the service no longer writes its channels.`];
}

function withdrawalLine({ withdraws, disables }: NotificationOf<"revoked">): string {
  if (!withdraws) return "The image itself stays as it is, because no record says that this service made it.";
  return disables
    ? "The image is deprecated. Once no channel holds it, it is also disabled, and no node can start from it."
    : "The image is deprecated. Anyone who has its ID can still start from it.";
}
