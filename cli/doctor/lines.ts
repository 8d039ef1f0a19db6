/** ✓ as it should be, ✗ wrong, ? nobody can tell from here, or a person has to look. */
export type Mark = "✓" | "✗" | "?";

/** What a check can find, in general: docs/doctor.md lists all of them. */
export interface Finding {
  mark: Mark;
  means: string;
  /** What to do; only ✓ needs nothing. */
  remedy?: string;
  /** Whether nothing else can be checked then. */
  ends?: true;
}
export type Findings = Readonly<Record<string, Finding>>;

/** What a check has found in this account. */
export interface Line {
  /** Which finding: `no-default-vpc`. */
  finding: string;
  mark: Mark;
  text: string;
  /** With the names of this account where these help; null if nothing needs to be done. */
  remedy: string | null;
}

/** Makes lines of these findings; without a remedy of its own a line has the finding's. */
export function linesOf<F extends Findings>(findings: F) {
  return (finding: keyof F & string, text: string, remedy?: string): Line => {
    const { mark, remedy: usual } = findings[finding] as Finding;
    return { finding, mark, text, remedy: remedy ?? usual ?? null };
  };
}
