import { answer } from "../functions/api/http.ts";
import { plan } from "../functions/domain/plan.ts";
import { bigWorld } from "../test/big-world.ts";
import { pageOf, pagesOf } from "../test/status-pages.ts";
import type { Group } from "./group.ts";
import { medianCpu } from "./median-cpu.ts";

/** What deciding costs once the world has been read. */
export const decisions: Group = {
  figures: [
    { key: "planMs1000", what: "CPU of a plan for 1,000 variants with 20 images each", unit: "ms", atMost: 50 },
    { key: "planGrowth", what: "exponent of its growth from 100 to 1,000 variants", unit: "", atMost: 1.1 },
    {
      key: "statusMs1000",
      what: "CPU of GET / for the same, with its text: a page, or all variants without images",
      unit: "ms",
      atMost: 250,
    },
    { key: "statusMb1000", what: "its largest answer, as Lambda counts it", unit: "MB", atMost: 6 },
    { key: "statusCalls1000", what: "calls for the whole status; without images it is one", unit: "", atMost: 5 },
  ],
  async measure() {
    const [few, many] = [bigWorld(100), bigWorld(1_000)];
    const pages = pagesOf(many);
    const planMs1000 = medianCpu(() => plan(many));
    // Ten plans of the smaller world make as much garbage as one of the larger, so that both pay for its collection.
    const planMs100 = medianCpu(() => Array.from({ length: 10 }, () => plan(few))) / 10;
    return {
      planMs1000,
      planGrowth: Math.log10(planMs1000 / planMs100),
      statusMs1000: Math.max(
        medianCpu(() => textOf(pageOf(many))),
        medianCpu(() => textOf(pageOf(many, { images: "none" }))),
      ),
      statusMb1000: Math.max(...pages.map((page) => Buffer.byteLength(textOf(page)))) / 1e6,
      statusCalls1000: pages.length,
    };
  },
};

/** What the function hands to Lambda. */
function textOf(status: unknown): string {
  return JSON.stringify(answer(200, status));
}
