import * as z from "zod";

/** A person or machine that receives notifications through SNS. */
export const Subscriber = z.discriminatedUnion("protocol", [
  z.strictObject({ protocol: z.literal(["email", "email-json"]), endpoint: z.email("an e-mail address") }),
  z.strictObject({ protocol: z.literal("https"), endpoint: z.url({ protocol: /^https$/, error: "an https address" }) }),
  z.strictObject({
    protocol: z.literal(["sqs", "lambda"]),
    endpoint: z.string().regex(/^arn:aws[a-z-]*:/, "an ARN"),
  }),
  z.strictObject({
    protocol: z.literal("sms"),
    endpoint: z.string().regex(/^\+\d{6,15}$/, "a number such as +15555550123"),
  }),
]);
