import { bundles } from "./bundles.ts";
import { coldStart } from "./cold-start.ts";
import { decisions } from "./decisions.ts";
import { freshness } from "./freshness.ts";
import type { Group } from "./group.ts";
import { money } from "./money.ts";
import { reading } from "./reading.ts";
import { storms } from "./storm.ts";
import { triggerToBuild } from "./trigger-to-build.ts";

/** What `npm run bench` measures: a file for each group. */
export const groups: Readonly<Record<string, Group>> = {
  decisions,
  bundles,
  reading,
  "cold-start": coldStart,
  storm: storms,
  "trigger-to-build": triggerToBuild,
  freshness,
  money,
};
