import { toDouble, isNumber, toSafeInteger } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

/** What a command has to suffer, in this order: a delay, then a lost connection or an error. */
export type Fault = {
  readonly blockMs: number;
  readonly closesConnection: boolean;
  readonly error: CommandError | undefined;
  /** Added to the reply of a command that otherwise works. */
  readonly writeConcernError: BsonDocument | undefined;
};

export type FaultTarget = {
  readonly command: string;
  readonly appName: string | undefined;
  readonly ns?: string;
};

type FailCommand = {
  readonly fault: Fault;
  readonly commands: ReadonlySet<string>;
  readonly appName: string | undefined;
  readonly ns: string | undefined;
  /** Matching commands let through first, and then hit. */
  skip: number;
  times: number;
  readonly probability: number;
};

const dataTypes: Readonly<Record<string, (value: BsonValue) => boolean>> = {
  failCommands: Array.isArray,
  errorCode: isNumber,
  errorLabels: Array.isArray,
  closeConnection: (value) => typeof value === 'boolean',
  blockConnection: (value) => typeof value === 'boolean',
  blockTimeMS: isNumber,
  appName: (value) => typeof value === 'string',
  namespace: (value) => typeof value === 'string',
  writeConcernError: isDocument,
};

/** MongoDB's failCommand: makes chosen commands fail on purpose, for tests of those who use the store. */
export class FailPoints {
  #active: FailCommand | undefined;

  get isActive(): boolean {
    return this.#active !== undefined;
  }

  configure(mode: BsonValue, data: BsonDocument): void {
    this.#active = mode === 'off' ? undefined : { ...readMode(mode), ...readData(data) };
  }

  /** The fault this command gets now, if any; counts it. */
  take({ command, appName, ns }: FaultTarget): Fault | undefined {
    const active = this.#active;
    if (!active?.commands.has(command)) return undefined;
    if (active.appName !== undefined && active.appName !== appName) return undefined;
    if (active.ns !== undefined && active.ns !== ns) return undefined;
    if (active.skip > 0) {
      active.skip -= 1;
      return undefined;
    }
    if (Math.random() >= active.probability) return undefined;
    active.times -= 1;
    if (active.times <= 0) this.#active = undefined;
    return active.fault;
  }
}

type Mode = Pick<FailCommand, 'skip' | 'times' | 'probability'>;

function readMode(mode: BsonValue): Mode {
  const always = { skip: 0, times: Number.POSITIVE_INFINITY, probability: 1 };
  if (mode === 'alwaysOn') return always;
  const [[kind, value] = []] = isDocument(mode) ? Object.entries(mode) : [];
  const count = toSafeInteger(value);
  if (kind === 'times' && count !== undefined && count > 0) return { ...always, times: count };
  if (kind === 'skip' && count !== undefined && count >= 0) return { ...always, skip: count };
  if (kind === 'activationProbability' && isNumber(value)) return { ...always, probability: toDouble(value) };
  throw new CommandError(
    'BadValue',
    "A fail point's mode is 'off', 'alwaysOn', {times}, {skip} or {activationProbability}",
  );
}

function readData(data: BsonDocument): Omit<FailCommand, keyof Mode> {
  for (const [field, value] of Object.entries(data)) {
    const isOfType = Object.hasOwn(dataTypes, field) ? dataTypes[field] : undefined;
    if (!isOfType) throw new CommandError('BadValue', `failCommand does not know '${field}'`);
    if (!isOfType(value))
      throw new CommandError('TypeMismatch', `failCommand's '${field}' has the wrong type`);
  }
  const { failCommands, appName, namespace } = data;
  if (!Array.isArray(failCommands)) throw new CommandError('BadValue', 'failCommand needs failCommands');
  return {
    fault: readFault(data),
    commands: new Set(failCommands.map(String)),
    appName: typeof appName === 'string' ? appName : undefined,
    ns: typeof namespace === 'string' ? namespace : undefined,
  };
}

function readFault(data: BsonDocument): Fault {
  const { errorCode, writeConcernError } = data;
  const code = toSafeInteger(errorCode);
  const labels = Array.isArray(data['errorLabels']) ? data['errorLabels'].map(String) : undefined;
  return {
    blockMs: data['blockConnection'] === true ? (toSafeInteger(data['blockTimeMS']) ?? 0) : 0,
    closesConnection: data['closeConnection'] === true,
    error:
      code === undefined
        ? undefined
        : new CommandError(
            code,
            "Failing command via 'failCommand' failpoint",
            labels && { errorLabels: labels },
          ),
    writeConcernError: isDocument(writeConcernError) ? writeConcernError : undefined,
  };
}
