type Handshake = {
  readonly headers: { readonly 'user-agent'?: string | undefined };
  readonly query: Readonly<Record<string, unknown>>;
};

/**
 * Whether a client may be told offsets. They come as a second argument, which Socket.IO's JavaScript client hands back when it
 * reconnects; other languages' clients never do, and give both to a handler that takes one. Nothing in the protocol
 * tells them apart at first: they are known by their name, and Python's, which has none over a WebSocket, by its clock.
 */
export function takesOffsets({ headers, query }: Handshake): boolean {
  const isOther = /^(python|dart|go-http-client|ruby|java\/|apache-httpclient)/i.test(
    headers['user-agent'] ?? '',
  );
  const { t } = query;
  const hasPythonTime = typeof t === 'string' && /^\d+\.\d+$/.test(t);
  return !isOther && !hasPythonTime;
}
