import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { hour, minute, second } from "../../functions/config/time.ts";
import { ssm } from "../memory-aws/ssm.ts";
import { checkDirection } from "./invariants/channels.ts";
import type { Simulation } from "./simulation.ts";
import { triggerAfter } from "./triggers.ts";

/**
 * Parameter Store validates an image after it has answered, and drops a write whose image it cannot use. While things go
 * wrong it is sometimes late, and sometimes drops a write for no visible reason.
 */
export function landWrite(s: Simulation, input: PutParameterCommandInput): void {
  const { Name = "", Value = "" } = input;
  const name = `write of ${Value} to ${Name} at ${s.now()}`;
  const random = s.random.named(name);
  const fate = s.isQuiet ? "soon" : random.weighted({ soon: 90, late: 5, dropped: 5 });
  const delay = fate === "late" ? random.between(minute, 4 * minute) : random.between(second, 5 * second);
  s.after(delay, name, () => {
    if (fate === "dropped" || s.account.images.get(Value)?.State !== "available") {
      s.tell(`Parameter Store drops the ${name}`);
      // Somebody wants to know more before the service writes once more.
      if (!s.isQuiet && random.chance(0.5)) s.becomeStricter();
      return;
    }
    setChannel(s, input, "service");
  });
}

/** Sets a channel's parameter, as the service or a person does. */
export function setChannel(
  s: Simulation,
  input: Pick<PutParameterCommandInput, "Name" | "Value">,
  by: "service" | "person",
): void {
  const { Name = "", Value = "" } = input;
  // A write of the service may arrive late, but not after a newer one of its own.
  const isAfterOwn = s.ledger.held.get(Name)?.at(-1)?.by === "service";
  if (by === "service" && isAfterOwn) checkDirection(s, Name, Value, `${Value} arrives in ${Name}`);
  ssm.PutParameter(s.account, { Type: "String", DataType: "aws:ec2:image", Name, Value, Overwrite: true });
  note(s, Name, Value, by);
}

/** A person deletes a channel's parameter. */
export function deleteChannel(s: Simulation, name: string): void {
  s.account.parameters.delete(name);
  note(s, name, undefined, "person");
}

/** What a channel really holds. */
export function heldNow(s: Simulation, name: string): string | undefined {
  return s.ledger.held.get(name)?.at(-1)?.image;
}

function note(s: Simulation, name: string, image: string | undefined, by: "service" | "person"): void {
  s.ledger.held.set(name, [...(s.ledger.held.get(name) ?? []), { image, since: s.now(), by }]);
  s.tell(`${name} holds ${image ?? "nothing"} (${by})`);
  const random = s.random.named(`${name} holds ${image} since ${s.now()}`);
  // Nobody can be told for a while.
  if (!s.isQuiet && random.chance(0.04)) s.outages.set("sns", s.now() + random.between(2, 30) * hour);
  triggerAfter(
    s,
    second,
    JSON.stringify({ "detail-type": "Parameter Store Change", detail: { operation: "Update", name } }),
  );
}
