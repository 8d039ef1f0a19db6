import { parse } from "yaml";
import { z } from "zod";

const commands = z.array(z.string()).min(1);
const Commands = z.strictObject({ commands });

/** CodeBuild accepts the phase without commands. */
const Install = z.strictObject({
  commands: commands.optional(),
  /** Of the runtimes only Node.js, by its major version. */
  "runtime-versions": z.strictObject({ nodejs: z.coerce.string().regex(/^\d+$/) }).optional(),
});

/** The part of a buildspec that the emulation knows. It refuses everything else instead of ignoring it. */
const Buildspec = z.strictObject({
  version: z.literal(0.2),
  env: z
    .strictObject({
      shell: z.literal("bash"),
      variables: z.record(z.string(), z.coerce.string()).default({}),
      "exported-variables": z.array(z.string()).default([]),
    })
    .prefault({ shell: "bash" }),
  phases: z.strictObject({
    install: Install.optional(),
    pre_build: Commands.optional(),
    build: Commands.optional(),
    post_build: Commands.optional(),
  }),
});
export type Buildspec = z.infer<typeof Buildspec>;

/** @throws Error that names the parts that the emulation does not know */
export function parseBuildspec(yaml: string): Buildspec {
  const result = Buildspec.safeParse(parse(yaml));
  if (result.success) return result.data;
  throw new Error(`reading the buildspec: ${z.prettifyError(result.error)}`);
}
