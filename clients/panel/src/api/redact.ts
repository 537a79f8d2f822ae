const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Text that may be shown, copied or kept: session tokens are cut out of it. */
export function redact(text: string): string {
  return text.replace(jwt, 'eyJ…');
}

/** An input that may be kept or linked to. */
export function withoutTokens(input: unknown): unknown {
  return JSON.parse(
    redact(JSON.stringify(input, (key, value) => (key === 'token' ? undefined : value)) ?? 'null'),
  );
}
