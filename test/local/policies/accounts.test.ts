import { expect, test } from "vitest";
import { unaccounted } from "../../../local/policies/accounts.ts";
import type { Unrecorded } from "../../../local/policies/unrecorded.ts";

const writing = { role: "ApiRole", action: "ssm:PutParameter", resources: ["parameter/requests/*"] };
const logging = { role: "ApiRole", action: "logs:PutLogEvents", resources: ["ApiLogs:*"] };

const table: Unrecorded[] = [
  { roles: ["ApiRole"], actions: ["logs:PutLogEvents"], stories: [], reason: "Lambda writes logs" },
  { roles: ["ApiRole"], actions: ["ssm:PutParameter"], stories: ["main"], reason: "an operator requests a rebuild" },
];

test("a grant is needed by a call or explained by an entry", () => {
  expect(unaccounted({ used: [writing], unused: [logging] }, "main", table)).toEqual([]);
});

test("a grant that another story needs may be unused in this one", () => {
  expect(unaccounted({ used: [], unused: [writing, logging] }, "safety", table)).toEqual([]);
});

test("a grant that an entry assigns to this story is reported if the story does not need it", () => {
  expect(unaccounted({ used: [], unused: [writing, logging] }, "main", table)).toEqual([
    "ApiRole is allowed ssm:PutParameter on parameter/requests/*, which no call needed and no entry explains",
  ]);
});

test("a grant that no entry explains is reported", () => {
  const unused = [{ ...logging, role: "GuestRole" }];

  expect(unaccounted({ used: [], unused }, "main", table)).toEqual([
    "GuestRole is allowed logs:PutLogEvents on ApiLogs:*, which no call needed and no entry explains",
  ]);
});

test("an entry with a resource explains grants on this resource only", () => {
  const ofOneLog = table.map((entry) => ({ ...entry, resource: "OtherLogs:*" }));

  expect(unaccounted({ used: [], unused: [logging] }, "main", ofOneLog)).toHaveLength(1);
});

test("an entry is reported if a call needed a grant that it declares as unused", () => {
  expect(unaccounted({ used: [logging], unused: [] }, "main", table)).toEqual([
    'ApiRole is allowed logs:PutLogEvents on ApiLogs:* with the reason "Lambda writes logs", but a call needed it',
  ]);
});
