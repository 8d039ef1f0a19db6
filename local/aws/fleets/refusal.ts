/** An error for the caller of the API. The operations throw it, and the server answers it. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, such as `nodegroupName`. */
  readonly about: Readonly<Record<string, string>>;

  constructor(code: string, message: string, { status = 400, about = {} } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.about = about;
  }
}

/** Auto Scaling's error for everything that a shape cannot express. Its model does not list it. */
export function invalid(message: string): Refusal {
  return new Refusal("ValidationError", message);
}
