type Step = PropertyKey | { readonly key: PropertyKey };
type Issue = { readonly message: string; readonly path?: readonly Step[] | undefined };

/** What is wrong with a value, as `parse` throws it. */
export type SchemaError = Error & { readonly issues: readonly (Issue & { readonly code: string })[] };

export type SafeParsed<Output> =
  | { readonly success: true; readonly data: Output }
  | { readonly success: false; readonly error: SchemaError };

type Validated<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/**
 * A schema as the packed declarations name it: what most callers do with one, without zod's own types, which take a
 * compiler seconds. `@whisper/shared/schemas` has the same schemas as zod declares them.
 */
export interface Schema<Output, Input = Output> {
  parse(value: unknown): Output;
  parseAsync(value: unknown): Promise<Output>;
  safeParse(value: unknown): SafeParsed<Output>;
  safeParseAsync(value: unknown): Promise<SafeParsed<Output>>;
  /** Of standardschema.dev, for the forms and routers that take any such schema. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
  };
  /** What zod’s `infer` and `input` read. */
  readonly _zod: { readonly output: Output; readonly input: Input };
}

/** What a schema takes, before what it may leave out is filled in. */
export type InputOf<Taken extends Schema<unknown, unknown>> = Taken['_zod']['input'];
