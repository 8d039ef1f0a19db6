import { readRecordings } from "../recordings/recording.ts";

const { layer = {}, proof = {} } = readRecordings();

/** The scripts of a build that layers, and then of its proof, in their order. */
export const buildSteps: readonly string[] = [...Object.keys(layer), ...Object.keys(proof)];
