import { groups } from "./groups.ts";

// Measures the group that the first argument names and prints its figures as one JSON object (command.ts starts it).
const name = process.argv[2] ?? "";
const group = groups[name];
if (!group) throw new Error(`there is no group ${JSON.stringify(name)}: ${Object.keys(groups).join(", ")}`);
process.stdout.write(JSON.stringify(await group.measure()));
