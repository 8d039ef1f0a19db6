import { expect, test, vi } from "vitest";
import { unshareImage } from "../../../functions/io/places/copies.ts";
import { scene } from "../../scene.ts";
import { ireland, twoRegions } from "./accounts.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  Object.assign(process.env, { CALL_PACE: "1000000", AWS_REGION: "us-east-1" });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "home", AWS_SECRET_ACCESS_KEY: "secret" });
});

const image = "ami-00000000000000b01";
const snapshot = "snap-00000000000000b01";
const account = "210987654321";

/** An image that the account may start and copy. */
function shared() {
  const { home } = twoRegions(scene({ places: [ireland] }, "2026-11-30T12:00:00Z").published(image).world);
  home.launchPermissions.set(image, new Set([account]));
  home.volumePermissions.set(snapshot, new Set([account]));
  const given = () => [home.launchPermissions.get(image), home.volumePermissions.get(snapshot)].map((one) => one?.size);
  return { home, given };
}

test.each([
  { kept: { launch: false, snapshots: false }, given: [0, 0] },
  { kept: { launch: true, snapshots: false }, given: [1, 0] },
  { kept: { launch: true, snapshots: true }, given: [1, 1] },
])("of what an account was given stays what another place needs: $kept", async ({ kept, given: expected }) => {
  const { given } = shared();
  await unshareImage(image, account, kept);
  expect(given()).toEqual(expected);
});

const nothing = { launch: false, snapshots: false };

test("from an image that is gone nothing is taken", async () => {
  const { home } = shared();
  home.images.delete(image);
  await expect(unshareImage(image, account, nothing)).resolves.toBeUndefined();
});

test("from a disabled image, which nobody can start, the snapshots are taken", async () => {
  const { home, given } = shared();
  home.images.set(image, { ...home.images.get(image), State: "disabled" });
  await unshareImage(image, account, nothing);
  expect(given()[1]).toBe(0);
});

test("what EC2 refuses for another reason is an error", async () => {
  const { home } = shared();
  home.images.set(image, { ...home.images.get(image), OwnerId: account });
  await expect(unshareImage(image, account, nothing)).rejects.toThrow("Not authorized");
});
