import * as z from "zod";

/** A person or machine that receives notifications through SNS. */
export const Subscriber = z.discriminatedUnion("protocol", [
  z.strictObject({
    /** A person, who confirms the subscription first. `email-json` gets SNS's own JSON. */
    protocol: z.literal(["email", "email-json"]),
    /** The address. */
    endpoint: z.email("an e-mail address"),
  }),
  z.strictObject({
    /** A server, which confirms the subscription first. */
    protocol: z.literal("https"),
    /** The address. */
    endpoint: z.url({ protocol: /^https$/, error: "an https address" }),
  }),
  z.strictObject({
    /** A queue or a function, whose own policy lets the topic in. */
    protocol: z.literal(["sqs", "lambda"]),
    /** Of the queue or function. */
    endpoint: z.string().regex(/^arn:aws[a-z-]*:/, "an ARN"),
  }),
  z.strictObject({
    /** A telephone. */
    protocol: z.literal("sms"),
    /** The number, with its country. */
    endpoint: z.string().regex(/^\+\d{6,15}$/, "a number such as +15555550123"),
  }),
]);
