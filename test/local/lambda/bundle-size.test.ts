import { expect, test } from "vitest";
import { bundleSize } from "../../../local/lambda/bundle-size.ts";

// Of api, 19 KB are the status page, the timeline and what they need.
test.each(["functions/reconcile.handler", "functions/api.handler"])(
  "%s stays small: minified, without zod's languages and shapes of AWS that it does not use",
  async (handler) => {
    expect(await bundleSize(handler)).toBeLessThan(340 * 1024);
  },
);
