import type { Image } from "@aws-sdk/client-ec2";
import { iso } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { amiId } from "../big-world-lives.ts";
import { changeImage, disableImage } from "../memory-aws/image-states.ts";
import { sharedImages } from "../memory-aws/permissions.ts";
import type { Random } from "../random.ts";
import { hour } from "../world.ts";
import { begin, end, noteByPerson } from "./ledger.ts";
import { parameterOf } from "./people.ts";
import { setThere } from "./place-life.ts";
import { canStart, configOf, isAway, type SimulatedPlace } from "./places.ts";
import type { Simulation } from "./simulation.ts";

/** What happens to a place, and what people do in it, at a bad moment. */
export const placeDeeds: Readonly<Record<string, (s: Simulation, place: SimulatedPlace, random: Random) => void>> = {
  "go away"(s, place, random) {
    if (isAway(place, s.now())) return;
    place.refuses = random.chance(0.5);
    begin(place.absences, "away", s.now());
    s.tell(`${place.name} ${place.refuses ? "refuses every call" : "does not answer any more"}`);
    s.after(random.between(0.2, random.pick([3, 60])) * hour, `${place.name} comes back ${s.now()}`, () =>
      back(s, place),
    );
  },
  "write a channel"(s, place, random) {
    const all = [...visible(place).keys()].filter((id) => canStart(place, id));
    if (all.length > 0)
      setThere(s, place, { Name: someParameter(s, place, random), Value: random.pick(all) }, "person");
  },
  "delete a channel"(s, place, random) {
    const Name = someParameter(s, place, random);
    if (place.account.parameters.has(Name)) setThere(s, place, { Name, Value: undefined }, "person");
  },
  disable(s, place, random) {
    const id = someCopy(place, random, "available");
    if (id !== undefined) setState(s, place, id, "disabled");
  },
  enable(s, place, random) {
    const id = someCopy(place, random, "disabled");
    if (id !== undefined) setState(s, place, id, "available");
  },
  deregister(s, place, random) {
    const id = someCopy(place, random);
    if (id === undefined) return;
    place.account.images.delete(id);
    s.tell(`a person deregisters ${id} in ${place.name}`);
  },
  forge(s, place, random) {
    const made = [...s.ledger.made.keys()];
    if (made.length === 0) return;
    const source = random.pick(made);
    const id = amiId(`forged in ${place.name} ${s.now()}`);
    const tags = { stage: s.environment.STAGE, variant: s.ledger.made.get(source)?.variant, place: place.name, source };
    place.account.images.set(id, {
      ImageId: id,
      Name: `looks like ${source} ${s.now()}`,
      OwnerId: place.account.id,
      State: "available",
      CreationDate: iso(s.now()),
      SourceImageId: source,
      Tags: Object.entries(tags).map(([name, Value = ""]) => ({ Key: `${tagPrefix}${name}`, Value })),
    });
    s.tell(`somebody makes ${id} in ${place.name}, with the tags of a copy of ${source}`);
    if (random.chance(0.5)) setThere(s, place, { Name: someParameter(s, place, random), Value: id }, "person");
  },
  use(s, place, random) {
    const all = [...visible(place).keys()].filter((id) => canStart(place, id));
    if (all.length === 0) return;
    const image = random.pick(all);
    if (random.chance(0.5)) {
      const InstanceId = `i-${random.whole(2 ** 40, 2 ** 44).toString(16)}`;
      place.account.instances.push({ InstanceId, ImageId: image, State: { Name: "running" } });
    } else
      place.account.templates.set(`lt-${random.whole(0, 1e9)}`, [
        { VersionNumber: 1, DefaultVersion: true, LaunchTemplateData: { ImageId: image } },
      ]);
    begin(place.used, image, s.now());
    s.tell(`${place.name} starts ${image}`);
    s.after(random.between(10, 200) * hour, `${place.name} no longer starts ${image} ${s.now()}`, () =>
      endUseThere(s, place, image),
    );
  },
};

/** Every place answers, and people do nothing there any more. */
export function calmPlaces(s: Simulation): void {
  for (const place of s.places.values()) {
    back(s, place);
    for (const image of place.used.keys()) endUseThere(s, place, image);
  }
}

function back(s: Simulation, place: SimulatedPlace): void {
  if (!isAway(place, s.now())) return;
  end(place.absences, "away", s.now());
  s.tell(`${place.name} answers again`);
}

function endUseThere(s: Simulation, { account, used }: SimulatedPlace, image: string): void {
  account.instances = account.instances.filter(({ ImageId }) => ImageId !== image);
  for (const [id, versions] of account.templates)
    if (versions.some(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId === image)) account.templates.delete(id);
  end(used, image, s.now());
}

function visible({ account }: SimulatedPlace): Map<string, Image> {
  return new Map([...account.images, ...sharedImages(account)]);
}

function someParameter(s: Simulation, place: SimulatedPlace, random: Random): string {
  const variant = random.pick(s.configuration.variants).name;
  return parameterOf(s, variant, random.pick(configOf(s, place).channels));
}

function someCopy({ copies, account }: SimulatedPlace, random: Random, state?: string): string | undefined {
  const all = [...copies.keys()].filter((id) => {
    const known = account.images.get(id);
    return known && (state === undefined || known.State === state);
  });
  return all.length > 0 ? random.pick(all) : undefined;
}

function setState(s: Simulation, place: SimulatedPlace, id: string, state: "available" | "disabled"): void {
  const { account, states, ready } = place;
  if (state === "disabled") disableImage(account, id);
  else changeImage(account, id, { State: state });
  if (state === "available") ready.set(id, s.now());
  noteByPerson(states, id, { state, at: s.now() });
  s.tell(`a person makes ${id} in ${place.name} ${state}`);
}
