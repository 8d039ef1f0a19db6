import { afterAll, beforeAll, expect, test } from "vitest";
import type { World } from "../../../functions/domain/world.ts";
import { bigWorld } from "../../big-world.ts";
import { type Endpoint, serve, settings } from "../../memory-aws/endpoint.ts";
import { accountOf, environmentOf } from "../../memory-aws/from-world.ts";

const world = bigWorld(40, 20, { calm: true, at: "2026-11-26T12:00:00Z" });
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await serve(accountOf(world));
  Object.assign(process.env, settings(endpoint));
});

afterAll(() => endpoint?.stop());

test("a reconcile run reads from an account in memory the world that the account was made from", async () => {
  const { observe } = await import("../../../functions/io/observe.ts");
  const { configuration } = world;
  configuration.policies.kubernetesReleaseUrl = `${endpoint.url}/kubernetes`;

  const read = await observe(environmentOf(world), configuration, world.now, () => Number.POSITIVE_INFINITY);

  const due = Object.keys(read.references);
  expect(due.length).toBeGreaterThan(0);
  expect(read.references).toEqual(Object.fromEntries(due.map((id) => [id, world.references[id]])));
  expect(sortedImages(read)).toEqual(sortedImages(world));
  expect(read.channels).toEqual(world.channels);
  expect(read.requests).toEqual(world.requests);
  expect(read.notified).toEqual(world.notified);
  expect(read.builds.map(({ id }) => id).toSorted()).toEqual(world.builds.map(({ id }) => id).toSorted());
  expect(read.binaries).toEqual(world.binaries);
});

function sortedImages({ images }: World) {
  // Of a tag that is no claim of the service only the text is kept.
  return images.map((image) => ({ ...image, retiredAtTag: undefined })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
