import { expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { planOf } from "../../functions/api/plan.ts";
import type { ImageReport } from "../../functions/api/report.ts";
import type { statusOf } from "../../functions/api/status.ts";
import type { Timeline } from "../../functions/api/timeline.ts";
import type { Plan } from "../../reference/openapi/answers/plan.ts";
import type { ImageReport as DocumentedReport } from "../../reference/openapi/answers/report.ts";
import type { Status } from "../../reference/openapi/answers/status.ts";
import type { Timeline as DocumentedTimeline } from "../../reference/openapi/answers/timeline.ts";

/** A type as JSON keeps it: what may be undefined may be missing, and lists can be changed. */
type Json<T> = T extends readonly (infer Entry)[] ? Json<Entry>[] : T extends object ? JsonObject<T> : T;
type JsonObject<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: Json<T[K]>;
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Json<T[K]>;
};

/** The paths of all fields, optional ones too: `variants.harvest.from`. */
type Paths<T> = T extends readonly (infer Entry)[]
  ? Paths<Entry>
  : T extends object
    ? { [K in keyof T & string]-?: K | `${K}.${Paths<T[K]>}` }[keyof T & string]
    : never;

type DocumentedStatus = z.infer<typeof Status>;
type RealStatus = ReturnType<typeof statusOf>;
type DocumentedPlan = z.infer<typeof Plan>;
type RealPlan = ReturnType<typeof planOf>;

// npm run check compares the types. That each fits the other says nothing about optional fields, which paths do.

test("the schema of GET / has the fields of the status, of the same types", () => {
  expectTypeOf<Json<RealStatus>>().toExtend<Json<DocumentedStatus>>();
  expectTypeOf<Json<DocumentedStatus>>().toExtend<Json<RealStatus>>();
  expectTypeOf<Paths<DocumentedStatus>>().toEqualTypeOf<Paths<RealStatus>>();
});

test("the schema of GET /plan has the actions of a plan with their fields, of the same types", () => {
  expectTypeOf<Json<RealPlan>>().toExtend<Json<DocumentedPlan>>();
  expectTypeOf<Json<DocumentedPlan>>().toExtend<Json<RealPlan>>();
  expectTypeOf<Paths<DocumentedPlan>>().toEqualTypeOf<Paths<RealPlan>>();
});

test("the schema of GET /timeline has the fields of the timeline, of the same types", () => {
  expectTypeOf<Json<Timeline>>().toExtend<Json<z.infer<typeof DocumentedTimeline>>>();
  expectTypeOf<Json<z.infer<typeof DocumentedTimeline>>>().toExtend<Json<Timeline>>();
  expectTypeOf<Paths<z.infer<typeof DocumentedTimeline>>>().toEqualTypeOf<Paths<Timeline>>();
});

test("the schema of GET /report has the fields of a report, of the same types", () => {
  expectTypeOf<Json<ImageReport>>().toExtend<Json<z.infer<typeof DocumentedReport>>>();
  expectTypeOf<Json<z.infer<typeof DocumentedReport>>>().toExtend<Json<ImageReport>>();
});
