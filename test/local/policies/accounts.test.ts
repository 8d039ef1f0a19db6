import { expect, test } from "vitest";
import { unaccounted } from "../../../local/policies/accounts.ts";
import type { Unrecorded } from "../../../local/policies/unrecorded.ts";

const writing = { role: "ApiRole", action: "ssm:PutParameter", resources: ["parameter/requests/*"] };
const logging = { role: "ApiRole", action: "logs:PutLogEvents", resources: ["ApiLogs:*"] };

const table: Unrecorded[] = [
  { roles: ["ApiRole"], actions: ["logs:PutLogEvents"], stories: [], reason: "Lambda writes the logs" },
  { roles: ["ApiRole"], actions: ["ssm:PutParameter"], stories: ["main"], reason: "somebody asks for a rebuild" },
];

test("what is allowed is needed by a call or explained", () => {
  expect(unaccounted({ used: [writing], unused: [logging] }, "main", table)).toEqual([]);
});

test("what is needed in another story needs not be in this one", () => {
  expect(unaccounted({ used: [], unused: [writing, logging] }, "safety", table)).toEqual([]);
});

test("what this story is said to need, and does not, is told: over all stories nobody may", () => {
  expect(unaccounted({ used: [], unused: [writing, logging] }, "main", table)).toEqual([
    "ApiRole is allowed ssm:PutParameter on parameter/requests/*, which nothing needs",
  ]);
});

test("what nobody has explained is told", () => {
  const unused = [{ ...logging, role: "GuestRole" }];

  expect(unaccounted({ used: [], unused }, "main", table)).toEqual([
    "GuestRole is allowed logs:PutLogEvents on ApiLogs:*, which nothing needs",
  ]);
});

test("an explanation holds for its own resource only", () => {
  const ofOneLog = table.map((entry) => ({ ...entry, resource: "OtherLogs:*" }));

  expect(unaccounted({ used: [], unused: [logging] }, "main", ofOneLog)).toHaveLength(1);
});

test("an explanation that has become wrong is told", () => {
  expect(unaccounted({ used: [logging], unused: [] }, "main", table)).toEqual([
    "ApiRole is allowed logs:PutLogEvents on ApiLogs:* for this only: Lambda writes the logs; but a call needed it",
  ]);
});
