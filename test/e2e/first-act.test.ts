import { expect, test } from "vitest";
import { play } from "./rehearse.ts";

const variant = "windows-2022-core-1.35";

test("the rehearsal's first act builds, proves and publishes an image because it is the variant's first one", async () => {
  const { rehearsal, act } = await play("--act", "first image");

  const { image, ...first } = act("first image", variant);
  expect(image).toMatch(/^ami-[a-f0-9]+$/);
  expect(first).toMatchObject({
    trigger: "base-ami",
    reasons: ["first image of the variant"],
    builds: 1,
    previous: null,
    published: true,
    channels: { candidate: image, stable: image },
    notifications: ["published/candidate", "published/stable"],
  });
  expect(Object.entries(rehearsal.parameters).toSorted()).toEqual([
    [`/eks-windows-images/rehearsal/channels/${variant}/candidate`, image],
    [`/eks-windows-images/rehearsal/channels/${variant}/stable`, image],
  ]);
  expect(rehearsal.permissions).toMatchObject({ denied: [] });
  expect(rehearsal).toMatchObject({ ok: true, logs: expect.stringContaining(".run") });
});
