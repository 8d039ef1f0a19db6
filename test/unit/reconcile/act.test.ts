import { expect, test } from "vitest";
import { indexWorld } from "../../../functions/domain/indexed-world.ts";
import { plan } from "../../../functions/domain/plan.ts";
import { act } from "../../../functions/reconcile/act.ts";
import { environmentOf } from "../../memory-aws/from-world.ts";
import { scene } from "../../scene.ts";

test("a run whose time is nearly up begins no action, and the next one plans them again", async () => {
  const { world } = scene().image("ami-1");
  const actions = plan(world);
  expect(actions.map((action) => action.do)).toContain("publish");

  const outcomes = await act(
    actions,
    indexWorld(world),
    environmentOf(world),
    () => world.now,
    () => false,
  );

  expect(outcomes.map(({ action, result }) => [action.do, result])).toEqual(
    actions.map((action) => [action.do, action.do === "nothing" ? "done" : "postponed"]),
  );
});

test("a variant whose channel must leave its image comes before one that only has a newer image", async () => {
  const [newer, revoked] = ["windows-2022-core-1.34", "windows-2022-core-1.35"];
  const variants = ["1.34", "1.35"].map((kubernetes) => ({ windows: 2022 as const, kubernetes }));
  const { world } = scene({ variants })
    .image("ami-1", { variant: newer })
    .image("ami-2", { variant: revoked })
    .image("ami-3", { variant: revoked })
    .holds("ami-3", ["candidate"], revoked)
    .revoke("ami-3");
  const planned = plan(world).flatMap((action) => (action.do === "publish" ? [action.variant] : []));
  expect(planned[0]).toBe(newer);

  const outcomes = await act(
    plan(world),
    indexWorld(world),
    environmentOf(world),
    () => world.now,
    () => false,
  );

  const publications = outcomes.flatMap(({ action }) => (action.do === "publish" ? [action.variant] : []));
  expect(publications[0]).toBe(revoked);
  expect(new Set(publications)).toEqual(new Set(planned));
});
