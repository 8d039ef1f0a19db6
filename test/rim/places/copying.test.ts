import { expect, test, vi } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { type PlaceWrite, placeActions } from "../../../functions/domain/places/actions.ts";
import { observe } from "../../../functions/io/observe.ts";
import { changePlace } from "../../../functions/reconcile/places.ts";
import { ServiceError } from "../../memory-aws/account.ts";
import { volumeKeyArn } from "../../placed.ts";
import { scene } from "../../scene.ts";
import { ireland, twoRegions } from "./accounts.ts";

vi.hoisted(() => {
  // The pace counts real seconds.
  Object.assign(process.env, { CALL_PACE: "1000000", AWS_REGION: "us-east-1" });
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "home", AWS_SECRET_ACCESS_KEY: "secret" });
});

const image = "ami-00000000000000b01";
const account = "210987654321";
const elsewhere = { ...ireland, account, roleArn: `arn:aws:iam::${account}:role/place` };

/** A place that EC2 refuses to copy to, in these words. */
function refusing(place: typeof ireland, code: string) {
  const story = scene({ places: [place], policies: { volumeKeyArn } }, "2026-11-30T12:00:00Z").published(image);
  const aws = twoRegions(story.world);
  aws.answering((call, answer) => {
    if (call !== "ec2 CopyImage") return answer();
    throw new ServiceError(code, `The image ${image} does not exist`);
  });
  return {
    refusals: () => aws.recordsOf("place-refusals"),
    async copy() {
      const { now, configuration } = story.world;
      const world = indexWorld(await observe(aws.environment, configuration, now, () => 60_000));
      const [copy] = placeActions(world).filter((one) => one.do === "copy");
      await changePlace(copy as PlaceWrite, { world, environment: aws.environment, clock: () => now });
    },
  };
}

test("that a place does not see an image at once is no refusal, that it still does not in the next run is one", async () => {
  const { copy, refusals } = refusing(elsewhere, "InvalidAMIID.NotFound");
  await expect(copy()).rejects.toThrow("does not exist");
  expect(refusals()).toEqual([]);

  await expect(copy()).rejects.toThrow("does not exist");
  expect(refusals()).toHaveLength(1);
});

test.each([
  ["the own account does not find", ireland, "InvalidAMIID.NotFound"],
  ["another account may not copy for another reason", elsewhere, "UnauthorizedOperation"],
])("what %s is a refusal at once", async (_, place, code) => {
  const { copy, refusals } = refusing(place, code);
  await expect(copy()).rejects.toThrow("does not exist");

  expect(refusals()).toHaveLength(1);
});
