import { cloneDeepWith } from "es-toolkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Notification } from "../../functions/domain/notifications/due.ts";
import { maxMailLines, textOf } from "../../functions/texts/notification-text.ts";
import { everyNotification } from "../every-notification.ts";
import { environmentOf } from "../memory-aws/from-world.ts";
import { scene } from "../scene.ts";
import { type Functions, startFunctions } from "./functions.ts";
import { forgedLinesOfMail, hostileJson, hostileText, orHostile, safe } from "./hostile.ts";

/** Nothing was sent before. */
const none: ReadonlySet<string> = new Set();

/** Fields whose values the service chooses. */
const own = ["kind", "key", "channel", "purpose", "class", "holders", "state", "failure", "of"];

/** A notification of any kind in which every text that comes from outside is hostile. */
const notification = fc
  .tuple(fc.constantFrom(...everyNotification()), fc.array(hostileText, { minLength: 8 }))
  .map(([real, texts]): Notification => {
    let next = 0;
    return cloneDeepWith(real, (value, key) => {
      if (typeof key === "string" && own.includes(key)) return value;
      next += 1;
      return typeof value === "string" ? texts[next % texts.length] : undefined;
    });
  });

/** Breaks no mail and no terminal: the service's own line feeds are the only control characters. */
function isSafeMail({ subject, text }: { subject: string; text: string }): void {
  expect(subject).toMatch(/^\[eks-windows-images\] [\x20-\x7e]{1,79}$/);
  expect(forgedLinesOfMail(text)).toEqual([]);
  expect(text.split("\n").length).toBeLessThanOrEqual(maxMailLines);
  expect(text).not.toMatch(/[\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  expect(text.isWellFormed()).toBe(true);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(1_000);
}

test("what a notification quotes begins no line of its mail, whatever its kind", () =>
  safe(fc.tuple(notification, fc.array(hostileText, { maxLength: 50 })), ([one, inside]) =>
    isSafeMail(textOf(one, { stage: "production", inside })),
  ));

describe("SNS accepts a notification:", () => {
  const story = scene().published("ami-1").image("ami-2").holds("ami-2").notified([]);
  const published = story.notifications("published").filter(({ image }) => image === "ami-2")[0] as Notification;
  const environment = environmentOf(story.world);
  let functions: Functions;
  let notify: typeof import("../../functions/reconcile/notify.ts").notify;
  beforeAll(async () => {
    functions = await startFunctions(story.world);
    ({ notify } = await import("../../functions/reconcile/notify.ts"));
  });
  afterAll(() => functions?.endpoint.stop());

  const text = hostileText.map((each) => each.slice(0, 600));
  /** A few, or one so often that a message has no room for all. */
  const many = <T>(one: fc.Arbitrary<T>, repeat: (one: T, index: number) => T) =>
    fc.oneof(
      fc.array(one, { maxLength: 5 }),
      fc
        .tuple(one, fc.constantFrom(40, 150))
        .map(([each, length]) => Array.from({ length }, (_, n) => repeat(each, n))),
    );
  const report = fc.oneof(
    { weight: 1, arbitrary: hostileJson },
    {
      weight: 4,
      arbitrary: fc
        .record(
          {
            osBuild: text,
            kubernetes: fc.record({ kubelet: text, kubeProxy: orHostile("1.35.7") }),
            containerd: text,
            installedUpdates: many(text, (update, index) => `${update}${index}`),
            containerImages: many(fc.record({ name: text, digest: text }), (image, n) => ({
              ...image,
              name: `${n}${image.name}`,
            })),
            customSteps: many(fc.record({ name: text, sha256: text }), (step, n) => ({
              ...step,
              name: `${n}${step.name}`,
            })),
          },
          { noNullPrototype: true },
        )
        .map((value) => JSON.stringify(value)),
    },
  );

  const small = { osBuild: "1", installedUpdates: [], containerImages: [], customSteps: [] };
  const containing = (containerd: string) =>
    JSON.stringify({ ...small, kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" }, containerd });
  /** They have failed once. */
  const failed: [string, string][] = [
    [containing("1.7.27"), containing("\ufffe")],
    [containing("1.7.27"), containing('"'.repeat(100_000))],
  ];

  // As long as tags and answers of AWS are.
  test("one of any kind, whatever it quotes", () =>
    safe(
      notification,
      async (one) => {
        functions.reset();
        const short = cloneDeepWith(one, (value) => (typeof value === "string" ? value.slice(0, 256) : undefined));

        await notify(environment, { ...short, key: one.key, variant: `x${short.variant}` }, none);

        expect(functions.account.published).toHaveLength(1);
      },
      { full: 2_000 },
    ));

  // SNS refuses what is too long or no text, and then the channel would wait for ever (test/memory-aws/messages.ts).
  test("a report in the bucket, whatever it says, begins no line of its mail, and is JSON for machines", () =>
    safe(
      fc.tuple(report, report),
      async ([before, now]) => {
        functions.reset();
        functions.account.objects.set("reports/ami-1/report.json", { at: new Date(), body: before });
        functions.account.objects.set("reports/ami-2/report.json", { at: new Date(), body: now });

        await notify(environment, published, none);

        const [message] = functions.account.published as { Subject: string; Message: string }[];
        const { default: text, ...machines } = JSON.parse(message?.Message ?? "");
        isSafeMail({ subject: message?.Subject ?? "", text });
        for (const json of Object.values(machines))
          expect(JSON.parse(String(json))).toMatchObject({ kind: "published", image: "ami-2", text });
      },
      { failed },
    ));

  test("one about any number of images without records", async () => {
    functions.reset();
    const claims = ["that this service made it", "that its proof passed", "that stable got it"];
    const forged = scene();
    for (let index = 0; index < 2_000; index += 1)
      forged.image(`ami-${index}`, { made: false, unrecorded: claims.map((claim) => ({ claim, record: claim })) });

    await notify(environment, forged.notifications("unrecorded")[0] as Notification, none);

    const [message] = functions.account.published as { Subject: string; Message: string }[];
    expect(message?.Subject).toContain("2000 images have our tags, but no records");
    expect(JSON.parse(message?.Message ?? "").default).toContain("  and 1996 more: npm run cli -- status --stage test");
  });
});
