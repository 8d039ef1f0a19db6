import { pickBy } from "es-toolkit";
import fc from "fast-check";
import type { World } from "../../functions/domain/world.ts";
import { httpEvent } from "../../local/lambda/http-event.ts";
import { secret } from "./functions.ts";
import { hostileJson, hostileText, orHostile } from "./hostile.ts";

const paths = [
  ...["/", "/plan", "/rebuild", "/adopt", "/approve", "/promote", "/rollback", "/revoke", "/unrevoke"],
  ...["/timeline", "/report"],
  ...["/pause", "/resume", "/rollout", "/hold", "/release"],
];

const always = ["reason", "dryRun"];
const fields = new Map([
  ["/rebuild", ["variant", "idempotencyKey", ...always]],
  ["/rollback", ["variant", "channel", "image", ...always]],
  ["/pause", ["variant", ...always]],
  ["/resume", ["variant", ...always]],
  ["/rollout", ["fleet", "force", ...always]],
  ["/hold", ["fleet", ...always]],
  ["/release", ["fleet", ...always]],
]);

const flag = fc.oneof({ weight: 4, arbitrary: fc.boolean() }, { weight: 1, arbitrary: hostileText });

/** The body of a call: right, nearly right or anything, about what this world has. */
function bodies({ images, configuration }: World, path: string): fc.Arbitrary<string> {
  const variants = [...configuration.variants.map(({ name }) => name), "removed-0", "*"];
  const fleets = [...configuration.fleets.map(({ name }) => name), "removed"];
  const ids = [...images.map(({ id }) => id), "ami-0123456789abcdef0"];
  const nearly = fc.record(
    {
      variant: orHostile(...variants),
      image: orHostile(...ids),
      reason: fc.oneof(hostileText, fc.constant("containers lose their network")),
      channel: orHostile("stable", "candidate"),
      idempotencyKey: orHostile("key-1"),
      fleet: orHostile(...fleets),
      force: flag,
      dryRun: flag,
    },
    { requiredKeys: ["reason", "variant", "image", "fleet"], noNullPrototype: true },
  );
  const own = fields.get(path) ?? ["image", ...always];
  const fitting = nearly.map((body) => pickBy(body, (_, key) => own.includes(key)));
  return fc.oneof(
    { weight: 8, arbitrary: fitting.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: nearly.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: hostileText.map((name) => `{"reason":"a","${name}":1,"__proto__":{"variant":"line-0"}}`) },
    { weight: 2, arbitrary: hostileJson },
  );
}

const pair = fc.tuple(orHostile("variant", "from", "images"), orHostile("line-0", "none", "all"));
const query = fc.oneof(
  fc.constant(""),
  fc.array(pair, { maxLength: 3 }).map((pairs) => String(new URLSearchParams(pairs))),
  hostileText,
);

/** A call as it arrives at the function URL. Its method and path may be ones that no HTTP client could send. */
export function callsOf(world: World): fc.Arbitrary<Call> {
  const requests = fc.record({
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constant("POST") },
      { weight: 1, arbitrary: orHostile("GET", "PUT", "OPTIONS", "ANY") },
    ),
    path: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...paths) }, { weight: 1, arbitrary: hostileText }),
    query,
    type: fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/html"),
  });
  return requests.chain((request) => bodies(world, request.path).map((body) => ({ ...request, body })));
}

export interface Call {
  method: string;
  path: string;
  query: string;
  type: string;
  body: string;
}

const ann = {
  arn: "arn:aws:sts::123456789012:assumed-role/operators/ann",
  userId: "AROAEXAMPLE:ann",
  account: "123456789012",
  accessKeyId: "ASIAEXAMPLE",
};

/** The event that Lambda makes of it. */
export function eventOf({ method, path, query, type, body }: Call) {
  const signature = { authorization: `AWS4-HMAC-SHA256 Signature=${secret}`, "x-amz-security-token": secret };
  const request = { method, path, query, headers: { "content-type": type, ...signature }, body: Buffer.from(body) };
  return httpEvent(request, ann, { now: new Date(), sourceIp: "192.0.2.1" });
}
