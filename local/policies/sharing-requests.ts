import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { creating } from "./ec2-creations.ts";
import { on, type Tags } from "./ec2-resources.ts";
import type { Request } from "./verdict.ts";

const Source = z.object({ SourceImageId: z.string(), SourceRegion: z.string() });

/**
 * The requests of CopyImage: for the source, in its Region, and for the image and snapshot that become of it (EC2 user
 * guide, "Grant permissions to copy Amazon EC2 AMIs").
 */
export function copying(parameters: Record<string, unknown>, tags: Tags, place: Place): Request[] {
  const { SourceImageId, SourceRegion } = Source.parse(parameters);
  return [
    on("ec2:CopyImage", SourceImageId, tags, { ...place, region: SourceRegion }),
    ...creating("CopyImage", { makes: ["image", "snapshot"], of: [] }, parameters, tags, place),
  ];
}

const Users = z.array(z.object({ UserId: z.string().optional(), Group: z.string().optional() })).default([]);
const Permission = z.object({
  SnapshotId: z.string(),
  CreateVolumePermission: z.strictObject({ Add: Users, Remove: Users }),
});

/**
 * The request of ModifySnapshotAttribute. Other than for an image, its context says who may use the snapshot (Service
 * Authorization Reference).
 */
export function permitting(parameters: Record<string, unknown>, tags: Tags, place: Place): Request {
  const { SnapshotId, CreateVolumePermission } = Permission.parse(parameters);
  const { resource, context } = on("ec2:ModifySnapshotAttribute", SnapshotId, tags, place);
  const changes = (["Add", "Remove"] as const).flatMap((change) => {
    const users = CreateVolumePermission[change];
    return [
      [`ec2:${change}/userid`, users.flatMap(({ UserId }) => UserId ?? [])] as const,
      [`ec2:${change}/group`, users.flatMap(({ Group }) => Group ?? [])] as const,
    ];
  });
  const given = changes.filter(([, values]) => values.length > 0).map(([key, values]) => [key.toLowerCase(), values]);
  return { action: "ec2:ModifySnapshotAttribute", resource, context: { ...context, ...Object.fromEntries(given) } };
}
