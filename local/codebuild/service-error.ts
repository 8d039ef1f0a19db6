export type ErrorCode =
  | "AccountLimitExceededException"
  | "InvalidInputException"
  | "ResourceAlreadyExistsException"
  | "ResourceNotFoundException"
  | "UnknownOperationException";

/** An error for the caller of the API. The operations throw it, and the server catches it. */
export class ServiceError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
