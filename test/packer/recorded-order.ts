import { expect } from "vitest";
import { orderOf, type RunKind } from "../../local/windows/packer-order.ts";
import type { Transcript } from "../../local/winrm/transcript.ts";
import { packerDirectory } from "./powershell.ts";

/**
 * Expects that Packer has done to a machine what the recording says that runs of the scripts follow.
 * `npx vitest run FILE -u` records anew.
 */
export async function expectRecorded(kind: RunKind, transcript: Transcript): Promise<void> {
  const order = `${JSON.stringify(orderOf(transcript, packerDirectory), null, 2)}\n`;
  await expect(order).toMatchFileSnapshot(`../../local/windows/orders/${kind}.json`);
}
