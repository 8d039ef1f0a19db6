import { expect, test } from "vitest";
import { diceOf } from "../../../../local/breaking/dice.ts";

const questions = Array.from({ length: 200 }, (_, index) => `question ${index}`);

test("the same seed, case and question have the same answer, in whatever order they are asked", () => {
  const [one, other] = [diceOf(7, "packer-kill"), diceOf(7, "packer-kill")];

  const answers = questions.map((question) => one.between(question, 1, 1000));
  const backwards = questions.toReversed().map((question) => other.between(question, 1, 1000));

  expect(backwards.toReversed()).toEqual(answers);
  expect(questions.map((question) => diceOf(8, "packer-kill").between(question, 1, 1000))).not.toEqual(answers);
  expect(questions.map((question) => diceOf(7, "packer-term").between(question, 1, 1000))).not.toEqual(answers);
});

test("every answer is possible, and no other", () => {
  const { choose, between } = diceOf(7, "packer-kill");

  expect(new Set(questions.map((question) => choose(question, ["a", "b", "c"])))).toEqual(new Set(["a", "b", "c"]));
  expect(new Set(questions.map((question) => between(question, 0, 2)))).toEqual(new Set([0, 1, 2]));
});
