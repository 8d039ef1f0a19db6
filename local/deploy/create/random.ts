import { randomBytes } from "node:crypto";
import { z } from "zod";
import { creator } from "../creator.ts";

/** Not an AWS resource: Pulumi computes it. */
export const createRandomBytes = creator({ length: z.number() }, async ({ length }) => {
  const bytes = randomBytes(length);
  return { id: bytes.toString("base64"), state: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
});
