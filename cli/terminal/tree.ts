import { wrapped } from "./text.ts";

/** A statement with what it follows from. */
export interface Tree {
  text: string;
  children?: readonly Tree[];
}

/** The lines of a tree, each at most that wide unless a word is longer. */
export function treeLines({ text, children = [] }: Tree, width: number): string[] {
  return [
    ...wrapped(text, width),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      const below = isLast ? "   " : "│  ";
      return treeLines(child, width - 3).map((line, row) => `${row === 0 ? (isLast ? "└─ " : "├─ ") : below}${line}`);
    }),
  ];
}

/** Leaves of these texts. */
export function leaves(texts: readonly string[]): Tree[] {
  return texts.map((text) => ({ text }));
}
