import { describe, expect, test } from "vitest";
import { day, hour, minute } from "../../../../functions/config/time.ts";
import { help, readOrder } from "../../../../local/playground/orders.ts";

describe("a line for the local stack", () => {
  test.each([
    ["clock", { do: "tell-time" }],
    ["clock +1d", { do: "advance", by: day }],
    ["clock +2h", { do: "advance", by: 2 * hour }],
    ["clock +30m", { do: "advance", by: 30 * minute }],
    ["clock + 1.5 h", { do: "advance", by: 90 * minute }],
    ["  Clock  +1D ", { do: "advance", by: day }],
    ["release base", { do: "release", what: "base" }],
    ["release kubernetes", { do: "release", what: "kubernetes" }],
    ["release patch-tuesday", { do: "release", what: "patch-tuesday" }],
    ["bad next", { do: "spoil-next" }],
    ["deploy", { do: "deploy" }],
    ["wait", { do: "wait" }],
    ["status", { do: "status" }],
    ["help", { do: "help" }],
    ["quit", { do: "quit" }],
  ])("asks for something: %s", (line, order) => {
    expect(readOrder(line)).toEqual(order);
  });

  test.each(["", "  ", "\t"])("asks for nothing if it is empty", (line) => {
    expect(readOrder(line)).toBeUndefined();
  });

  test.each(["clock 1d", "clock -1d", "clock +0m", "clock +1y", "clock +367d", "clock +1d now", "clock tomorrow"])(
    "says which times can pass: %s",
    (line) => {
      expect(readOrder(line)).toMatch(/no time that can pass: clock \+30m/);
    },
  );

  test.each(["release", "release windows", "release Base2"])("says what can be released: %s", (line) => {
    expect(readOrder(line)).toMatch(/no release: base, kubernetes, patch-tuesday/);
  });

  test.each(["make it so", "bad", "bad luck", "quit now", "status please", "constructor"])(
    "says what there is if it is not known: %s",
    (line) => {
      expect(readOrder(line)).toContain(`"${line}" is nothing that is known here. There is:\n${help}`);
    },
  );
});
