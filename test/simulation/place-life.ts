import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { hour, minute, second } from "../../functions/config/time.ts";
import { endCopy } from "../memory-aws/copies.ts";
import { ssm } from "../memory-aws/ssm.ts";
import { canStart, type SimulatedPlace } from "./places.ts";
import type { Simulation } from "./simulation.ts";

/** EC2 copies for minutes to hours, and now and then it cannot. */
export function startCopying(s: Simulation, place: SimulatedPlace, id: string): void {
  const name = `copy ${id} in ${place.name}`;
  const random = s.random.named(name);
  const fails = !s.isQuiet && random.chance(0.15);
  const why = random.pick(["Insufficient capacity to copy the snapshot", "The key is pending deletion"]);
  s.after(random.between(5 * minute, random.pick([hour, 5 * hour])), name, () => {
    endCopy(place.account, id, fails ? why : undefined);
    const { State } = place.account.images.get(id) ?? {};
    if (State === "available") place.ready.set(id, s.now());
    s.tell(`${id} in ${place.name} is ${State ?? "gone"}`);
  });
}

/** As home's Parameter Store, the one of a place validates an image after it has answered, and sometimes drops a write. */
export function landThere(s: Simulation, place: SimulatedPlace, input: PutParameterCommandInput): void {
  const { Name = "", Value = "" } = input;
  const name = `write of ${Value} to ${Name} in ${place.name} at ${s.now()}`;
  const random = s.random.named(name);
  const fate = s.isQuiet ? "soon" : random.weighted({ soon: 90, late: 5, dropped: 5 });
  place.written.set(Name, s.now());
  s.after(fate === "late" ? random.between(minute, 4 * minute) : random.between(second, 5 * second), name, () => {
    if (fate === "dropped" || !canStart(place, Value)) return s.tell(`Parameter Store drops the ${name}`);
    setThere(s, place, input, "service");
  });
}

/** Sets a channel's parameter in a place. Home hears of it when it looks. */
export function setThere(
  s: Simulation,
  place: SimulatedPlace,
  { Name = "", Value }: Pick<PutParameterCommandInput, "Name" | "Value">,
  by: "service" | "person",
): void {
  if (Value === undefined) place.account.parameters.delete(Name);
  else ssm.PutParameter(place.account, { Type: "String", DataType: "aws:ec2:image", Name, Value, Overwrite: true });
  place.held.set(Name, [...(place.held.get(Name) ?? []), { image: Value, since: s.now(), by }]);
  s.tell(`${Name} in ${place.name} holds ${Value ?? "nothing"} (${by})`);
}
