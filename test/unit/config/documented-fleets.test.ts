import { expect, test } from "vitest";
import { config } from "../../../examples/fleets.config.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { fleetKinds } from "../../../functions/config/fleet.ts";

test("the example's fleets are a configuration, with one of each kind", () => {
  const { fleets } = parseConfiguration(config);

  expect(new Set(fleets.map(({ kind }) => kind))).toEqual(new Set(fleetKinds));
});
