import type { ChannelName } from "../config/channel-names.ts";
import { type Image, isNewer } from "../domain/images.ts";
import { type IndexedImageWorld, indexImageWorld } from "../domain/indexed-world.ts";
import { interventionToTag } from "../domain/intervention-tags.ts";
import { lastWrite } from "../domain/publishing/channel-writes.ts";
import { explainBlockers } from "../domain/publishing/explain.ts";
import { decideChannel } from "../domain/publishing/publish.ts";
import { variantImages } from "../domain/variant-state.ts";
import type { ImageWorld } from "../domain/world.ts";
import type { RollbackBody } from "./bodies.ts";
import {
  applied,
  type Caller,
  conflict,
  type Decision,
  imageOf,
  imagesOf,
  noSuchVariant,
  recorded,
  revokedAlready,
  variantOf,
} from "./interventions.ts";

/**
 * Rule 3: a rollback revokes what the channel holds. It is refused if no other image could replace that at once. A
 * repeated call must not revoke the image that the channel went back to meanwhile: with `image` it never does, and
 * without it a channel goes back only once.
 */
export function decideRollback(
  world: ImageWorld,
  { variant: name, channel, image: expected, reason }: RollbackBody,
  caller: Caller,
): Decision {
  if (!variantOf(world, name)) return noSuchVariant(world, name);
  const held = world.channels[name]?.[channel]?.image;
  if (!held) return conflict(`${channel} of ${name} holds nothing to go back from`, "POST /rebuild");
  if (expected !== undefined && expected !== held)
    return conflict(holdsAnother(world, { name, channel, held, expected }), { image: held });
  const image = imageOf(world, held);
  if (!image)
    return conflict(
      `${channel} holds ${held}, which is not an image of this service and cannot be revoked`,
      imagesOf(world),
    );
  const indexed = indexImageWorld(world);
  const underWay = image.revoked && lastWrite(indexed, variantImages(indexed, name), channel);
  if (underWay?.outcome === "pending")
    return revokedAlready(world, image, `${channel} of ${name} already goes back from ${held} to ${underWay.image.id}`);
  const tag = interventionToTag({ ...caller, reason });
  const then = indexImageWorld(
    applied(world, { image: held, write: image.revoked ? {} : { revoked: tag }, remove: [] }),
  );
  const next = decideChannel(then, variantImages(then, name), channel);
  if (next.decision !== "publish")
    return conflict(`${channel} of ${name} has nothing to go back to: ${whyNone(then, name, held, channel)}`, {
      "POST /revoke": `revokes ${held} anyway; ${channel} keeps its value until another image can be published`,
    });
  const left = expected === undefined ? leftFor(world, image, channel) : undefined;
  if (left)
    return conflict(
      `${channel} of ${name} has already left ${left} for ${held}; to leave ${held}, too, name it in "image"`,
      { image: held },
    );
  const what = `${channel} of ${name} goes back from ${held} to ${next.image}`;
  return image.revoked
    ? revokedAlready(world, image, what)
    : recorded(world, image, "revoked", { ...caller, reason }, what);
}

/** The image that the channel left for this one because no node should start it; undefined if it did not. */
function leftFor(world: ImageWorld, image: Image, channel: ChannelName): string | undefined {
  const write = image.published[channel];
  const previous = imageOf(world, write?.previous ?? "");
  if (!write || !previous) return undefined;
  const wasRevoked = previous.revoked !== undefined && (previous.revoked.at ?? 0) <= write.at;
  return wasRevoked || isNewer(previous, image) ? previous.id : undefined;
}

function holdsAnother(
  world: ImageWorld,
  { name, channel, held, expected }: { name: string; channel: string; held: string; expected: string },
): string {
  const revoked = imageOf(world, expected)?.revoked;
  const why = revoked ? `, which is already revoked: ${revoked.reason}` : "";
  return `${channel} of ${name} holds ${held}, not ${expected}${why}`;
}

/** What blocks each other image of the variant or, if nothing does, what keeps the channel from being written. */
function whyNone(world: IndexedImageWorld, name: string, held: string, channel: ChannelName): string {
  const own = variantImages(world, name);
  const blockers = own.images.filter(({ id }) => id !== held).map((image) => explainBlockers(world, channel, image));
  if (blockers.length === 0) return "there is no other image";
  if (blockers.some((some) => some.length === 0)) return decideChannel(world, own, channel).reasons.join("; ");
  return blockers.flat().join("; ");
}
