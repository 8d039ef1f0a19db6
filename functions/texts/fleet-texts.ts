import { iso } from "../config/time.ts";
import { listed, type Texts } from "./texts.ts";

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
> = {
  "rollout-begun": ({ fleet, image, from, nodes, back }) => ({
    headline: back === undefined ? `${fleet} gets ${image}` : `${fleet} goes back to ${image}`,
    lines: [
      ...(back === undefined ? [] : [`Why     ${back}`]),
      `Image   ${image}`,
      `Before  ${from === "none" ? "unknown" : from}`,
      `Nodes   ${nodes} run another image`,
      "",
      "New nodes start the image from now on. You get a notification when all nodes run it, and if that takes too long.",
      `To keep later images from the fleet: ${call("hold", fleet)}`,
      ifToBlame(image),
    ],
  }),
  "rollout-done": ({ fleet, image, nodes, minutes }) => ({
    headline: `${fleet} runs ${image}`,
    lines: [
      `Nodes   ${nodes}, all of them run it`,
      `Took    ${minutes} min`,
      "",
      `To keep later images from the fleet: ${call("hold", fleet)}`,
      ifToBlame(image),
    ],
  }),
  "rollout-waits": ({ fleet, image, waitsFor, until }) => ({
    headline: `${fleet} waits to get ${image}`,
    lines: [
      "The rollout waits:",
      ...listed(waitsFor, "nothing"),
      ...(until === undefined ? [] : [`The last of these passes at ${iso(until)}.`]),
      "",
      `To begin without waiting for the window or for another fleet (after): ${call("rollout", fleet)}`,
    ],
  }),
  "rollout-refused": ({ fleet, image, why }) => ({
    headline: `${fleet} cannot get ${image}`,
    lines: [
      "The service refuses to roll the fleet, and no call overrides that:",
      ...listed(why, "nothing"),
      "",
      "Once this is mended, the service goes on by itself. The rollout still waits for its window and the like.",
    ],
  }),
  "fleet-moved": ({ fleet, why }) => ({
    headline: `${fleet} was changed by somebody else`,
    lines: [
      ...listed(why, "nothing"),
      "",
      "Until somebody releases the fleet, or changes it back, the service leaves it alone.",
    ],
  }),
  "rollout-stuck": ({ fleet, image, since, detail }) => ({
    headline: `the rollout of ${image} to ${fleet} is stuck`,
    lines: [
      `It has been under way since ${iso(since)}, longer than stuckAfter.`,
      ...(detail === undefined ? [] : [`AWS says: ${detail}`]),
      "",
      "Usual causes: a disruption budget that allows no eviction, or whose pods are broken already",
      "(unhealthyPodEvictionPolicy), and nodes that never become Ready.",
      "The rollout goes on. It no longer blocks other fleets of its wave.",
      ifToBlame(image),
    ],
  }),
  "rollout-failed": ({ fleet, image, why }) => ({
    headline: `the rollout of ${image} to ${fleet} failed`,
    lines: [
      `Why     ${why}`,
      "",
      "New nodes may start the image all the same. The service does not try this image again by itself.",
      `To try again: ${call("rollout", fleet)}`,
      'With "force": true the update of a managed node group replaces nodes against their disruption budgets.',
      ifToBlame(image),
    ],
  }),
  "fleet-revoked": ({ fleet, image, uses, next, isWatched }) => ({
    headline: `${fleet} runs or starts an image that no node should start`,
    lines: [
      ...listed(
        uses.map(({ why }) => why),
        "nothing",
      ),
      "",
      ...(isWatched
        ? watched
        : ["What becomes of it:", ...listed(outlook(uses, next), `its nodes are replaced by nodes that run ${image}`)]),
    ],
  }),
  "fleet-behind": ({ fleet, image, nodes, since, why }) => ({
    headline: `${fleet} has been behind its channel since ${iso(since).slice(0, 10)}`,
    lines: [
      `Image   ${image} is what the channel holds`,
      `Nodes   ${nodes} run another image`,
      "",
      "What becomes of it:",
      ...listed(why, "nothing"),
    ],
  }),
};

const watched = [
  "The service only watches the fleet (mode). Karpenter replaces such nodes once its parameter holds another image.",
  "Otherwise a person must replace them.",
];

/** The reasons that do not only repeat why the image is bad. */
function outlook(uses: readonly { why: string }[], next: readonly string[]): string[] {
  return next.filter((reason) => !uses.some(({ why }) => why === reason));
}

function call(what: "rollout" | "hold", fleet: string): string {
  return `POST /${what} {"fleet": "${fleet}", "reason": "…"}`;
}

/** Its channels go back then, and the fleets with them. */
function ifToBlame(image: string): string {
  return `If the image is to blame, its channels and the fleet go back after: POST /revoke {"image": "${image}", "reason": "…"}`;
}
