import { requirePluginPin } from "./versions.ts";

// A file of its own, because the local stack leaves it out (local/deploy/bundle.ts).
requirePluginPin($cli.paths.root);
