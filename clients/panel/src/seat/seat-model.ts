import type { ProcedureDescription } from '../api/description.ts';
import { isResumable } from '../api/description.ts';
import { isRecord, type Outcome, type Transport } from '../api/outcome.ts';
import { Session, type SignIn } from '../api/session.ts';
import { Value } from '@whisper/client';
import { recordCall } from '../history/call-history.ts';
import { withoutTokens } from '../api/redact.ts';
import { exampleFor } from '../schema/example.ts';
import { withoutOwnIds, withOwnIds } from '../schema/own-ids.ts';
import { toWire } from '../schema/to-wire.ts';
import { loadPicks } from './load-picks.ts';
import { filesAfter, withFile, withoutFiles, type OwnFile } from './own-files.ts';
import { hintsFrom, noPicks, picksFor, type Picks } from './picks.ts';

/** An input being written. `problem` is why it cannot be sent as it stands. */
export type Draft = { readonly value: unknown; readonly problem?: string };

export type SeatState = {
  readonly session: Session | null;
  readonly name: string;
  readonly myId: string | null;
  readonly isModerator: boolean;
  /** Why nobody sits here, in words for the person who tried. */
  readonly problem: string | null;
  readonly picks: Picks;
  /** Made here and in no message yet, the newest first. */
  readonly files: readonly OwnFile[];
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** The procedures whose call is under way. */
  readonly pending: readonly string[];
  readonly transport: Transport;
  readonly renewsIds: boolean;
};

const empty = {
  session: null,
  name: '',
  myId: null,
  isModerator: false,
  problem: null,
  picks: noPicks,
  files: [],
  drafts: {},
  outcomes: {},
  pending: [],
} satisfies Partial<SeatState>;

/** One of the people who use the API on this page: who they are, what they write and what they got. */
export class SeatModel {
  readonly state = new Value<SeatState>({ ...empty, transport: 'http', renewsIds: true });
  readonly key = crypto.randomUUID();
  /** Whose chats and id to suggest first: the person of the other seat. */
  partner = '';
  readonly #demoPeople: readonly string[];

  constructor(demoPeople: readonly string[]) {
    this.#demoPeople = demoPeople;
  }

  async signIn(signIn: SignIn): Promise<void> {
    this.signOut();
    const session = new Session(signIn);
    const name = signIn.kind === 'name' ? signIn.name : 'Signing in…';
    this.change({ session, name });
    const { result } = await session.call({
      path: 'auth.me',
      kind: 'query',
      input: undefined,
      transport: 'http',
    });
    if (this.state.getSnapshot().session !== session) return;
    if (!result.ok) return this.change({ ...empty, name: '', problem: result.error.message });
    const me = isRecord(result.data) ? result.data : {};
    this.change({
      myId: String(me['id']),
      isModerator: me['isModerator'] === true,
      ...(signIn.kind === 'token' && { name: String(me['name']) }),
    });
    await this.refreshPicks();
  }

  signOut(): void {
    this.state.getSnapshot().session?.close();
    this.change(empty);
  }

  async refreshPicks(): Promise<void> {
    const { session, ...me } = this.state.getSnapshot();
    if (!session) return;
    const picks = await loadPicks(session, me, this.#demoPeople);
    if (this.state.getSnapshot().session !== session) return;
    const { files } = this.state.getSnapshot();
    this.change({ picks: { ...picks, files: [...files, ...picks.files] } });
  }

  /** What is written for a procedure, or an example to start from. */
  draftFor(procedure: ProcedureDescription): Draft {
    return this.state.getSnapshot().drafts[procedure.path] ?? { value: this.#exampleFor(procedure) };
  }

  edit(path: string, draft: Draft): void {
    this.change({ drafts: { ...this.state.getSnapshot().drafts, [path]: draft } });
  }

  /** What is written for a procedure, as an address may have it; undefined when nothing is. */
  linkedInput(procedure: ProcedureDescription | undefined): unknown {
    const draft = procedure && this.state.getSnapshot().drafts[procedure.path];
    return draft && withoutTokens(withoutOwnIds(procedure.input, draft.value));
  }

  /** Takes over what an address says is written for a procedure; what it leaves out is as in an example. */
  adopt(procedure: ProcedureDescription, input: unknown): void {
    if (JSON.stringify(this.linkedInput(procedure)) === JSON.stringify(input)) return;
    const example = this.#exampleFor(procedure);
    const value = isRecord(input) && isRecord(example) ? { ...example, ...input } : input;
    this.edit(procedure.path, { value: withOwnIds(procedure.input, value) });
  }

  async send(procedure: ProcedureDescription): Promise<void> {
    const { session, transport, name } = this.state.getSnapshot();
    const { path, kind, input } = procedure;
    const draft = this.draftFor(procedure);
    if (
      !session ||
      draft.problem ||
      kind === 'subscription' ||
      this.state.getSnapshot().pending.includes(path)
    )
      return;
    this.edit(path, draft);
    this.change({ pending: [...this.state.getSnapshot().pending, path] });
    const outcome = await session.call({ path, kind, input: toWire(input, draft.value), transport });
    recordCall(name, draft.value, outcome);
    const { outcomes, pending, files } = this.state.getSnapshot();
    this.change({
      outcomes: { ...outcomes, [path]: outcome },
      pending: pending.filter((each) => each !== path),
      files: filesAfter(files, draft.value, outcome),
    });
    if (!outcome.result.ok || kind !== 'mutation') return;
    this.#renewIds(procedure);
    await this.refreshPicks();
  }

  /** Its bytes have arrived: the next message sends it. */
  fileUploaded(fileId: string): void {
    const { files, drafts } = this.state.getSnapshot();
    this.change({ files: files.map((file) => (file.id === fileId ? { ...file, state: 'uploaded' } : file)) });
    const draft = drafts['message.send'];
    if (draft && !draft.problem) this.edit('message.send', { value: withFile(draft.value, fileId) });
    void this.refreshPicks();
  }

  /** Starts a subscription, after an event's id when one is given. */
  start(procedure: ProcedureDescription, lastEventId?: string): void {
    const { session } = this.state.getSnapshot();
    const draft = this.draftFor(procedure);
    if (!session || draft.problem) return;
    const written = toWire(procedure.input, draft.value);
    const input = lastEventId === undefined ? written : { ...(isRecord(written) && written), lastEventId };
    session.watch({ path: procedure.path, input, isTracked: isResumable(procedure) });
  }

  change(part: Partial<SeatState>): void {
    this.state.set({ ...this.state.getSnapshot(), ...part });
  }

  #exampleFor(procedure: ProcedureDescription): unknown {
    const { path } = procedure;
    const picks = picksFor(path, this.state.getSnapshot().picks);
    const example = exampleFor(procedure, hintsFrom(picks, this.partner));
    return path === 'message.send'
      ? picks.files.reduceRight((all, { id }) => withFile(all, id), example)
      : example;
  }

  /** Fills in new ids after a call, so that the next message gets a clientId of its own. */
  #renewIds({ path, input }: ProcedureDescription): void {
    const { value } = this.state.getSnapshot().drafts[path] ?? {};
    if (this.state.getSnapshot().renewsIds)
      this.edit(path, { value: withOwnIds(input, path === 'message.send' ? withoutFiles(value) : value) });
  }
}
