import { channelNames } from "../../../functions/config/channel-names.ts";
import { latestPatchTuesday } from "../../../functions/config/patch-tuesday.ts";
import type { Variant } from "../../../functions/config/variant.ts";
import { describeChange, drift, type RecordedInputs, settingsHash, sha256 } from "../../../functions/domain/inputs.ts";
import { baseParameterOf, harvestParameterOf } from "../../../functions/domain/upstream.ts";
import { heldNow } from "../channels.ts";
import { parameterOf } from "../people.ts";
import type { Simulation } from "../simulation.ts";
import { checkFastLaunchOutcome } from "./fast-launch.ts";
import { checkFleets } from "./fleets.ts";
import { checkPlacesOutcome } from "./place-outcome.ts";

/** Once nothing has gone wrong for days: the newest inputs are published, everybody knows, and nothing is left behind. */
export function checkOutcome(s: Simulation): undefined {
  for (const variant of s.configuration.variants) {
    const wanted = wantedInputs(s, variant);
    for (const channel of channelNames) {
      const name = parameterOf(s, variant.name, channel);
      const image = heldNow(s, name) ?? "";
      const made = s.ledger.made.get(image);
      const behind = made ? drift(made.inputs, wanted).map(describeChange) : [`it holds ${image || "nothing"}`];
      if (behind.length > 0)
        s.violate("the newest inputs are published in the end", `${variant.name}/${channel}: ${behind.join("; ")}`);
      else if (!s.ledger.announced.some((one) => one.parameter === name && one.image === image))
        s.violate("everybody hears of what a channel holds", `${variant.name}/${channel} holds ${image}`);
    }
  }
  checkRevocations(s);
  checkLeftovers(s);
  checkFleets(s);
  checkFastLaunchOutcome(s);
  checkPlacesOutcome(s);
}

/** What an image of the variant should be made from now, as upstream, people and the deployment say. */
function wantedInputs(
  { account, environment, upstream, configuration, now }: Simulation,
  variant: Variant,
): RecordedInputs {
  const source = harvestParameterOf(variant);
  const manifest = source && account.objects.get(`harvest/${account.parameters.get(source)?.Value}/manifest.json`);
  const request = account.parameters.get(`${environment.REQUESTS_PREFIX}/${variant.name}`)?.Value;
  return {
    baseAmi: account.parameters.get(baseParameterOf(variant))?.Value,
    kubernetes: `${variant.kubernetes}.${upstream.patches.get(variant.kubernetes)}`,
    patchTuesday: latestPatchTuesday(now(), configuration.policies.patchTuesday),
    recipe: environment.RECIPE,
    settings: settingsHash(variant),
    ...(manifest && { harvest: sha256(manifest.body) }),
    ...(request && { request: (JSON.parse(request) as { id: string }).id }),
  };
}

/** Everybody hears of a revocation that lasts. A forged image may have the tags of one that was revoked long ago. */
function checkRevocations(s: Simulation): undefined {
  for (const [image, spans] of s.ledger.revoked) {
    const last = spans.at(-1);
    const isThere = s.account.images.has(image) && s.ledger.made.has(image);
    if (!last || last.until !== undefined || !isThere) continue;
    if (![...s.ledger.told.keys()].some((key) => key.startsWith(`revoked/${image}/`)))
      s.violate("everybody hears of a revocation", image);
  }
}

function checkLeftovers({ account, ledger, violate }: Simulation): undefined {
  const running = account.instances.filter(
    ({ InstanceId = "", State }) => State?.Name === "running" && !ledger.foreign.has(InstanceId),
  );
  const left = [
    ...running.map(({ InstanceId }) => InstanceId),
    ...account.volumes.map(({ VolumeId }) => VolumeId),
    ...account.keyPairs.map(({ KeyPairId }) => KeyPairId),
    ...account.securityGroups.map(({ GroupId }) => GroupId),
  ].filter((id = "") => !ledger.foreign.has(id));
  if (left.length > 0) violate("nothing is left behind", left.join(", "));
}
