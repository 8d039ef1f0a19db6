import { iso } from "../config/time.ts";
import type { PlaceFailure } from "../domain/notifications/place-notifications.ts";
import { type Texts, wrapped } from "./texts.ts";

export const placeTexts: Texts<"place-published" | "place-away" | "place-back" | "place-failed"> = {
  "place-published": ({ place, channel, image, id }) => ({
    headline: `${id} published to ${channel} in ${place}`,
    act: "You need not act.",
    details: [
      id === image ? `It is ${image} of home, shared.` : `It is a copy of ${image}.`,
      `New nodes that follow ${channel} there start from it.`,
    ],
    steps: [{ when: "To see all places", command: ["status"] }],
  }),
  "place-away": ({ place, since, why }) => ({
    headline: `the place ${place} does not answer`,
    act: "Act, unless you know why.",
    details: [
      `It has been away since ${iso(since)}.`,
      ...wrapped("Reason ", why),
      "What its channels hold stays, also if it is revoked meanwhile. Nothing is deleted there.",
      "Images that are shared with it stay. Once it answers, it gets what home's channels hold.",
    ],
    steps: [{ when: "To see all places (doctor checks their roles)", command: ["status"] }],
  }),
  "place-back": ({ place, since }) => ({
    headline: `the place ${place} answers again`,
    act: "You need not act.",
    details: [`It had been away since ${iso(since)}. It gets what home's channels hold.`],
    steps: [{ when: "To see all places", command: ["status"] }],
  }),
  "place-failed": ({ place, of, image, id, why }) => ({
    headline: `${failures[of]} ${image} in ${place}`,
    act: "Act if it lasts: it is tried again.",
    details: [
      ...(id === undefined ? [] : [`Image  ${id}`]),
      ...wrapped("Reason ", why, 3),
      ...wrapped("Do     ", remedies[of]),
      "Its channels there hold what they held before.",
    ],
    steps: [{ when: "To see all places (doctor checks their roles)", command: ["status"] }],
  }),
};

const failures: Record<PlaceFailure, string> = {
  copy: "EC2 could not copy",
  share: "EC2 did not share",
  proof: "the proof failed of",
  write: "the channel did not take",
  "fast-launch": "EC2 could not prepare, or end, Fast Launch of",
};

const remedies: Record<PlaceFailure, string> = {
  copy: "look whether the key's policy lets the place's account use it, and whether its quota of copies is used up. An image from before volumeKeyArn has another key: rebuild its variant.",
  share:
    "look whether a policy of the organization forbids it. An image from before volumeKeyArn has a key that cannot be shared: rebuild its variant.",
  proof:
    "read the build's log; a place needs a default VPC with a public subnet, its quota of instances, and a role that trusts builds (HubBuildRoleArn of its stack).",
  "fast-launch":
    "look whether the place's role may change it, and whether its quotas of parallel launches and instances are used up.",
  write: "look whether the image is available there (aws ec2 describe-images), and who else writes the parameter.",
};
