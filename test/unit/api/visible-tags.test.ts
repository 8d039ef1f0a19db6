import { expect, test } from "vitest";
import { untilVisible } from "../../../functions/api/visible-tags.ts";
import type { Image } from "../../../functions/io/images.ts";
import { scene } from "../../scene.ts";

const revocation = { image: "ami-1", write: { revoked: "now ann bad" }, remove: [] };
const bare = scene().image("ami-1").world.images;
const revoked = scene().image("ami-1").revoke("ami-1").world.images;

/** EC2 answers these one after the other. */
function answering(...answers: (Image[] | Error)[]) {
  const pauses: number[] = [];
  return {
    pauses,
    async look() {
      const answer = answers[pauses.length] ?? new Error("nobody asks so often");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async pause() {
      pauses.push(1);
    },
  };
}

test("what is visible at once is not waited for", async () => {
  const { look, pause, pauses } = answering(revoked);

  expect(await untilVisible(look, revocation, pause)).toBe(true);
  expect(pauses).toHaveLength(0);
});

test("what becomes visible late is waited for, over calls that fail", async () => {
  const { look, pause, pauses } = answering(bare, new Error("throttled"), revoked);

  expect(await untilVisible(look, revocation, pause)).toBe(true);
  expect(pauses).toHaveLength(2);
});

test("so is what was taken off", async () => {
  const { look, pause, pauses } = answering(revoked, bare);

  expect(await untilVisible(look, { image: "ami-1", write: {}, remove: ["revoked"] }, pause)).toBe(true);
  expect(pauses).toHaveLength(1);
});

test("what stays invisible, or an image that is not shown at all, is given up after five looks", async () => {
  for (const images of [bare, []]) {
    const { look, pause, pauses } = answering(images, images, images, images, images);

    expect(await untilVisible(look, revocation, pause)).toBe(false);
    expect(pauses).toHaveLength(4);
  }
});
