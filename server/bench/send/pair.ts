/** A sender and the person they write to. */
export type Pair = { readonly chatId: string; readonly senderToken: string; readonly receiverToken: string };

/** Sends one message at a time: the next when the last is stored and acknowledged. */
export interface Sender {
  send(text: string): Promise<void>;
}

export interface ConnectedPair {
  readonly sender: Sender;
  close(): void;
}

export type ConnectPair = (
  port: number,
  pair: Pair,
  onDelivered: (payload: Buffer) => void,
) => Promise<ConnectedPair>;
