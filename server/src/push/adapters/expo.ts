import { z } from 'zod';
import {
  answerTimeoutMs,
  failureOf,
  lifetimeSeconds,
  outcomeOf,
  type Address,
  type Notice,
  type Outcome,
  type PushAdapter,
  type Sending,
} from './adapter.ts';

type Options = { readonly url: string; readonly accessToken: string | undefined };

const ErrorSchema = z.object({
  status: z.literal('error'),
  message: z.string().optional(),
  details: z.object({ error: z.string().optional() }).optional(),
});
const TicketSchema = z.union([z.object({ status: z.literal('ok'), id: z.string() }), ErrorSchema]);
const TicketsSchema = z.object({ data: z.array(TicketSchema) });
const ReceiptsSchema = z.object({
  data: z.record(z.string(), z.union([z.object({ status: z.literal('ok') }), ErrorSchema])),
});

/** Apps made with Expo, by Expo's push API, which passes on to Apple and Google and says afterwards how that went. */
export class ExpoAdapter implements PushAdapter {
  readonly kind = 'expo';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send(address: Address, notice: Notice): Promise<Outcome> {
    const [outcome] = await this.sendTogether([{ address, notice }]);
    return outcome ?? noTicket;
  }

  async sendTogether(sendings: readonly Sending[]): Promise<readonly Outcome[]> {
    const tickets = await this.#ask(sendings);
    if ('data' in tickets) return sendings.map((_, index) => readTicket(tickets.data[index]));
    if (tickets.type !== 'refused' || sendings.length === 1) return sendings.map(() => tickets);
    // One of them is wrong, or they are of two projects: Expo then takes none of a request.
    return Promise.all(sendings.map(({ address, notice }) => this.send(address, notice)));
  }

  /** A ticket for each, or what became of all. */
  async #ask(sendings: readonly Sending[]): Promise<z.infer<typeof TicketsSchema> | Outcome> {
    try {
      const response = await this.#post('send', sendings.map(toMessage));
      const outcome = outcomeOf(response.status, response.headers.get('retry-after'));
      return outcome.type === 'sent' ? TicketsSchema.parse(await response.json()) : outcome;
    } catch (error) {
      return failureOf(error);
    }
  }

  async findDead(tickets: readonly string[]): Promise<readonly string[]> {
    try {
      const response = await this.#post('getReceipts', { ids: tickets });
      const { data } = ReceiptsSchema.parse(await response.json());
      return Object.entries(data).flatMap(([ticket, receipt]) =>
        receipt.status === 'error' && isGone(receipt) ? [ticket] : [],
      );
    } catch {
      return [];
    }
  }

  #post(verb: string, body: object): Promise<Response> {
    const { url, accessToken } = this.#options;
    return fetch(`${url}/--/api/v2/push/${verb}`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  }
}

const noTicket: Outcome = { type: 'refused', why: 'no ticket' };

function toMessage({ address, notice: { chatId, seq, badge, title, body } }: Sending) {
  return {
    to: 'token' in address ? address.token : address.endpoint,
    title,
    body,
    badge,
    data: { chatId, seq },
    sound: 'default',
    priority: 'high',
    ttl: lifetimeSeconds,
    // The one for Apple's devices, the other for Android's.
    collapseId: chatId,
    tag: chatId,
  };
}

function readTicket(ticket: z.infer<typeof TicketSchema> | undefined): Outcome {
  if (!ticket) return noTicket;
  if (ticket.status === 'ok') return { type: 'sent', ticket: ticket.id };
  if (isGone(ticket)) return { type: 'gone' };
  const why = ticket.details?.error ?? ticket.message ?? 'no reason given';
  return { type: why === 'MessageRateExceeded' ? 'later' : 'refused', why };
}

function isGone({ details }: z.infer<typeof ErrorSchema>): boolean {
  return details?.error === 'DeviceNotRegistered';
}
