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
      ...(back === undefined ? [] : [`${back}.`, ""]),
      `${nodes} of its nodes run another image. New nodes started ${from === "none" ? "an unknown image" : from} until now.`,
      `To keep the fleet as it is after this: ${call("hold", fleet)}`,
    ],
  }),
  "rollout-done": ({ fleet, image, nodes, minutes }) => ({
    headline: `${fleet} runs ${image}`,
    lines: [`All ${nodes} nodes run it, ${minutes} minutes after the rollout began.`],
  }),
  "rollout-waits": ({ fleet, image, waitsFor, until }) => ({
    headline: `${fleet} waits to get ${image}`,
    lines: [
      ...listed(waitsFor, "nothing"),
      ...(until === undefined ? [] : [`The last of these passes at ${iso(until)}.`]),
      "",
      `To begin now, whatever the window says: ${call("rollout", fleet)}`,
    ],
  }),
  "rollout-refused": ({ fleet, image, why }) => ({
    headline: `${fleet} cannot get ${image}`,
    lines: [
      "The service refuses to roll the fleet, and no call overrides that:",
      ...listed(why, "nothing"),
      "",
      "Once this is mended, the rollout begins by itself.",
    ],
  }),
  "fleet-moved": ({ fleet, why }) => ({
    headline: `${fleet} was changed by somebody else`,
    lines: [...listed(why, "nothing"), "", "Until then the service leaves the fleet alone."],
  }),
  "rollout-stuck": ({ fleet, image, since, detail }) => ({
    headline: `the rollout of ${image} to ${fleet} is stuck`,
    lines: [
      `It has been under way since ${iso(since)}, longer than stuckAfter.`,
      ...(detail === undefined ? [] : [`AWS says: ${detail}`]),
      "",
      "Usual causes: a disruption budget that allows no eviction, or whose pods are broken already",
      "(unhealthyPodEvictionPolicy), and nodes that never become Ready. It no longer blocks other fleets of its wave.",
    ],
  }),
  "rollout-failed": ({ fleet, image, why }) => ({
    headline: `the rollout of ${image} to ${fleet} failed`,
    lines: [
      `AWS says: ${why}`,
      "",
      "New nodes may start the image all the same. The service does not try this image again by itself:",
      `${call("rollout", fleet)} tries again, and "force": true replaces nodes against their disruption budgets.`,
      "If the image is to blame: POST /revoke.",
    ],
  }),
  "fleet-revoked": ({ fleet, uses, next, isWatched }) => ({
    headline: `${fleet} runs or starts an image that no node should start`,
    lines: [
      ...listed(
        uses.map(({ why }) => why),
        "nothing",
      ),
      "",
      ...(isWatched
        ? ["The fleet is only watched, so a person must replace its nodes."]
        : ["What the service does about it:", ...listed(next, "its nodes are being replaced")]),
    ],
  }),
  "fleet-behind": ({ fleet, image, nodes, since, why }) => ({
    headline: `${fleet} has been behind its channel since ${iso(since).slice(0, 10)}`,
    lines: [`${nodes} of its nodes do not run ${image}.`, ...listed(why, "its nodes are being replaced")],
  }),
};

function call(what: "rollout" | "hold", fleet: string): string {
  return `POST /${what} {"fleet": "${fleet}", "reason": "…"}`;
}
