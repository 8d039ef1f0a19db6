import { minute } from "../../../functions/config/time.ts";
import { newBase } from "../../rehearsal/stage.ts";
import type { Case, Scene } from "../case.ts";
import { buildMoments } from "../moments.ts";

/** The clocks of all parts jump together, during a build and during a soak. */
export const clockCases: Case[] = [jumping("clock-forward", 1), jumping("clock-back", -1)];

function jumping(name: string, direction: 1 | -1): Case {
  const what = `the clock jumps ${direction === 1 ? "forward" : "back"}`;
  return {
    name,
    what: `${what} during a build, and again while its image soaks`,
    async play(scene) {
      const { stage, settle, dice } = scene;
      await stage.passTo("base-ami");
      await settle();
      const moment = dice.choose("moment", buildMoments);
      const [early, late] = [dice.between("early", 1, 180), dice.between("late", 1, 240)];
      await moment.within(
        scene,
        () => newBase(stage),
        async () => jump(scene, direction * early * minute),
      );
      await settle();
      jump(scene, direction * late * minute);
      return `${what} by ${early} min in the second build, ${moment.name}, and by ${late} min in its soak`;
    },
  };
}

function jump({ stack: { clock } }: Scene, milliseconds: number): void {
  clock.setTo(new Date(clock.now().getTime() + milliseconds));
}
