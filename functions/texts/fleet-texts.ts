import { iso } from "../config/time.ts";
import { post, revoke, type Step } from "./steps.ts";
import { type Texts, wrapped } from "./texts.ts";

export const fleetTexts: Texts<
  | "rollout-begun"
  | "rollout-done"
  | "rollout-waits"
  | "rollout-refused"
  | "fleet-moved"
  | "rollout-stuck"
  | "rollout-failed"
  | "fleet-revoked"
  | "fleet-behind"
  | "fleet-unseen"
> = {
  "rollout-begun": ({ fleet, image, from, nodes, back }) => ({
    headline: back === undefined ? `${fleet} gets ${image}` : `${fleet} goes back to ${image}`,
    act: "You need not act.",
    details: [
      ...(back === undefined ? [] : wrapped("Why     ", back)),
      `Before  ${from === "none" ? "unknown" : from}`,
      `Nodes   ${nodes} run another image. New ones start ${image} from now on.`,
      "You get a notification when all nodes run it, and if that takes too long.",
    ],
    steps: [holdLater(fleet), blame(image)],
  }),
  "rollout-done": ({ fleet, image, nodes, minutes }) => ({
    headline: `${fleet} runs ${image}`,
    act: "You need not act.",
    details: [`Nodes   ${nodes}, all of them run it`, `Took    ${minutes} min`],
    steps: [holdLater(fleet), blame(image)],
  }),
  "rollout-waits": ({ fleet, image, waitsFor, until }) => ({
    headline: `${fleet} waits to get ${image}`,
    act: "Act if it should begin now.",
    details: [
      until === undefined ? "The rollout waits:" : `The rollout waits; the last of these passes at ${iso(until)}:`,
      { items: waitsFor, none: "nothing", more: ["status"] },
    ],
    steps: [rollout(fleet, "To begin without waiting for the window or for another fleet (after)")],
  }),
  "rollout-refused": ({ fleet, image, why }) => ({
    headline: `${fleet} cannot get ${image}`,
    act: "Act: no call overrides this.",
    details: [
      "The service refuses to roll the fleet:",
      { items: why, none: "nothing", more: ["status"] },
      "Once this is mended, it goes on by itself. The rollout still waits for its window and the like.",
    ],
    steps: [],
  }),
  "fleet-moved": ({ fleet, why }) => ({
    headline: `${fleet} was changed by somebody else`,
    act: "Act: the service leaves it alone until then.",
    details: [{ items: why, none: "nothing", more: ["status"] }, "Release the fleet, or change it back."],
    steps: [post("To let the service go on", ["release", fleet], "/release", { fleet })],
  }),
  "rollout-stuck": ({ fleet, image, since, detail }) => ({
    headline: `the rollout of ${image} to ${fleet} is stuck`,
    act: "Act: look at its nodes and pods.",
    details: [
      `Under way since ${iso(since)}, longer than stuckAfter. It no longer blocks its wave.`,
      ...(detail === undefined ? [] : wrapped("AWS says: ", detail)),
      "Usual causes: a disruption budget that allows no eviction, or whose pods are broken already",
      "(unhealthyPodEvictionPolicy), and nodes that never become Ready.",
    ],
    steps: [blame(image)],
  }),
  "rollout-failed": ({ fleet, image, why }) => ({
    headline: `the rollout of ${image} to ${fleet} failed`,
    act: "Act: the service does not try it again.",
    details: [
      ...wrapped("Why     ", why),
      'New nodes may start the image all the same. --force, and in the call "force": true, replaces the',
      "nodes of a managed node group against their disruption budgets.",
    ],
    steps: [rollout(fleet, "To try again"), blame(image)],
  }),
  "fleet-revoked": ({ fleet, image, uses, next, isWatched }) => ({
    headline: `${fleet} runs or starts an image that no node should start`,
    act: isWatched ? "Act: the service only watches it." : "Act if its nodes are not replaced as said below.",
    details: [
      { items: uses.map(({ why }) => why), none: "nothing", more: ["status"] },
      ...(isWatched
        ? watched
        : [
            "What becomes of it:",
            { items: outlook(uses, next), none: `its nodes are replaced by nodes that run ${image}`, more: ["status"] },
          ]),
    ],
    steps: [],
  }),
  "fleet-behind": ({ fleet, image, nodes, since, why }) => ({
    headline: `${fleet} has been behind its channel since ${iso(since).slice(0, 10)}`,
    act: "Act unless it is meant to wait.",
    details: [
      `Image   ${image} is what the channel holds`,
      `Nodes   ${nodes} run another image`,
      "What becomes of it:",
      { items: why, none: "nothing", more: ["status"] },
    ],
    steps: [],
  }),
  "fleet-unseen": ({ fleet, since, why, isWatched }) => ({
    headline: `nobody knows what ${fleet} runs`,
    act: "Act: AWS does not show it to the service.",
    details: [
      `Unseen  since ${iso(since)}`,
      ...wrapped("Why     ", why),
      isWatched
        ? "Until AWS shows it again, nobody knows whether its nodes are behind or run a revoked image."
        : "Until AWS shows it again, the service leaves it as it is, even if it runs a revoked image.",
      "If its group is gone or has another name, change its entry in config.ts and deploy. If a permission",
      "is missing, deploy again.",
    ],
    steps: [],
  }),
};

const watched = [
  "Karpenter replaces such nodes once its parameter holds another image. Otherwise a person must",
  "replace them.",
];

/** The reasons that do not only repeat why the image is bad. */
function outlook(uses: readonly { why: string }[], next: readonly string[]): string[] {
  return next.filter((reason) => !uses.some(({ why }) => why === reason));
}

function rollout(fleet: string, when: string): Step {
  return post(when, ["rollout", fleet], "/rollout", { fleet });
}

function holdLater(fleet: string): Step {
  return post("To keep later images from the fleet", ["hold", fleet], "/hold", { fleet });
}

/** Its channels go back then, and the fleets with them. */
function blame(image: string): Step {
  return revoke(image, "If the image is to blame; its channels and the fleet go back then");
}
