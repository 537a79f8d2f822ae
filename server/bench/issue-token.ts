/** A token of the local issuer, for somebody new where no name is given. */
export async function issueToken(port: number, user: string = crypto.randomUUID()): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
