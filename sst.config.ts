/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app({ stage }) {
    const isKept = stage === "production";
    return {
      name: "eks-windows-images",
      home: "aws",
      removal: isKept ? "retain" : "remove",
      protect: isKept,
      providers: {
        aws: {
          version: "7.20.0",
          // What builds make bears the second one too: activate it for cost allocation, and it tells what a stage costs.
          defaultTags: { tags: { project: "eks-windows-images", "eks-windows-images:stage": stage } },
        },
      },
    };
  },
  async run() {
    await import("./infra/region.ts");
    await import("./infra/kept.ts");
    await import("./infra/artifacts.ts");
    await import("./infra/notifications.ts");
    await import("./infra/operations.ts");
    const { queue } = await import("./infra/queue.ts");
    const { project } = await import("./infra/builds.ts");
    await import("./infra/reconcile.ts");
    const { found } = await import("./infra/api.ts");
    await import("./infra/schedules.ts");
    await import("./infra/rules.ts");
    await import("./infra/queries.ts");
    await import("./infra/alarms.ts");
    await import("./infra/topic-access.ts");
    const { channelsPrefix } = await import("./infra/names.ts");

    return {
      ...found,
      channels: channelsPrefix,
      queue: queue.url,
      project: project.name,
    };
  },
});
