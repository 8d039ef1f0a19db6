import type { Case } from "./case.ts";
import { accountCases } from "./cases/account.ts";
import { buildCases } from "./cases/builds.ts";
import { clockCases } from "./cases/clocks.ts";
import { functionCases } from "./cases/functions.ts";
import { machineCases } from "./cases/machines.ts";
import { triggerCases } from "./cases/triggers.ts";

/** Everything that `npm run break` breaks, in this order. */
export const cases: readonly Case[] = [
  ...buildCases,
  ...machineCases,
  ...functionCases,
  ...triggerCases,
  ...clockCases,
  ...accountCases,
];
