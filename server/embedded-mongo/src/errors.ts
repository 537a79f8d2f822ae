/** MongoDB's error codes that this server answers, by their `codeName`. */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  IllegalOperation: 20,
  InvalidBSON: 22,
  LockTimeout: 24,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  WriteConflict: 112,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  NotAReplicaSet: 123,
  CommandNotSupportedOnView: 166,
  InvalidNamespace: 73,
  InvalidOptions: 72,
  InvalidPipelineOperator: 168,
  QueryPlanKilled: 175,
  IndexBuildAborted: 276,
  NoSuchTransaction: 251,
  Interrupted: 11601,
  InterruptedAtShutdown: 11600,
  ExceededMemoryLimit: 146,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  NoQueryExecutionPlans: 291,
  InvalidIndexSpecificationOption: 197,
  UnknownSessionId: 206,
  APIVersionError: 322,
  APIStrictError: 323,
  OutOfDiskSpace: 14031,
  DuplicateKey: 11000,
  BSONObjectTooLarge: 10334,
  UnrecognizedCommandField: 40415,
  MissingCommandField: 40414,
} as const;

export type ErrorCodeName = keyof typeof errorCodes;

type CommandErrorOptions = { errorLabels?: readonly string[]; extra?: Readonly<Record<string, unknown>> };

const namesByCode = new Map<number, string>(Object.entries(errorCodes).map(([name, code]) => [code, name]));

/**
 * An error the client sees as MongoDB's: `{ok: 0, code, codeName, errmsg}` or a write error, plus the fields of
 * `extra` (keyPattern and keyValue of a duplicate key, for example). A code without a name is named `Location<code>`,
 * as MongoDB does.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: string;
  readonly errorLabels: readonly string[] | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCodeName | number, message: string, options: CommandErrorOptions = {}) {
    super(message);
    this.code = typeof code === 'number' ? code : errorCodes[code];
    this.codeName = namesByCode.get(this.code) ?? `Location${this.code}`;
    this.errorLabels = options.errorLabels;
    this.extra = options.extra;
  }
}
