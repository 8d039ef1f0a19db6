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
          // Resources that builds create have the second tag too. Activate it as a cost allocation tag to see the cost
          // of a stage.
          defaultTags: { tags: { project: "eks-windows-images", "eks-windows-images:stage": stage } },
        },
      },
    };
  },
  async run() {
    await import("./infra/plugin-pin.ts");
    await import("./infra/region.ts");
    await import("./infra/account-quotas.ts");
    await import("./infra/private-images.ts");
    await import("./infra/kept.ts");
    await import("./infra/artifacts.ts");
    await import("./infra/notifications.ts");
    const { chatTopic } = await import("./infra/chat.ts");
    await import("./infra/operations.ts");
    const { queue } = await import("./infra/queue.ts");
    const { project } = await import("./infra/builds.ts");
    await import("./infra/reconcile.ts");
    await import("./infra/fleets.ts");
    await import("./infra/fast-launch.ts");
    const { apiAddress } = await import("./infra/api.ts");
    await import("./infra/places.ts");
    await import("./infra/schedules.ts");
    await import("./infra/rules.ts");
    await import("./infra/queries.ts");
    await import("./infra/alarms.ts");
    await import("./infra/topic-access.ts");
    const { channelsPrefix } = await import("./infra/names.ts");

    return {
      ...apiAddress,
      channels: channelsPrefix,
      queue: queue.url,
      project: project.name,
      ...(chatTopic && { chat: chatTopic.arn }),
    };
  },
});
