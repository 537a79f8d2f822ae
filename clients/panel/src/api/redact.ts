const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Text that may be shown, copied or kept: session tokens are cut out of it. */
export function redact(text: string): string {
  return text.replace(jwt, 'eyJ…');
}
