/** Where Redis is, as REDIS_URL names it. */
export type RedisAddress = {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** The name under which the sentinels know the master; empty without sentinels. */
  readonly masterName: string;
};

const usualPorts = { single: 6379, sentinel: 26379, cluster: 6379 } as const;

const form = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:[?#].*)?$/;

/** Throws an Error that says in words what is wrong; the words never repeat a password. */
export function parseRedisUrl(url: string): RedisAddress {
  const [, tls = '', scheme = 'single', credentials = '', hosts = '', path = ''] = form.exec(url) ?? [];
  const kind: RedisAddress['kind'] = scheme === 'sentinel' || scheme === 'cluster' ? scheme : 'single';
  if (!form.test(url)) {
    throw new Error('must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://');
  }
  if (/[?#]/.test(url)) throw new Error('takes no options after a ? or #');
  const parsedHosts = hosts.split(',').map((text) => parseHost(text, usualPorts[kind]));
  if (kind === 'single' && parsedHosts.length > 1) {
    throw new Error('names several hosts, which is for redis+sentinel:// and redis+cluster://');
  }
  const [username, password] = parseCredentials(credentials);
  const place = { kind, hosts: parsedHosts, isTls: tls === 's', username, password };
  return { ...place, ...parsePath(kind, path) };
}

function parseHost(text: string, usualPort: number): RedisAddress['hosts'][number] {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error('must name a host, and its port if that is not the usual one');
  const number = port === undefined ? usualPort : Number(port);
  if (number < 1 || number > 65_535) throw new Error('names a port that is not from 1 to 65535');
  return { host, port: number };
}

function parseCredentials(text: string): [string | undefined, string | undefined] {
  const [username = '', ...rest] = text.split(':');
  try {
    const password = decodeURIComponent(rest.join(':'));
    return [decodeURIComponent(username) || undefined, password || undefined];
  } catch {
    throw new Error('holds a % that is not followed by two hexadecimal digits');
  }
}

function parsePath(kind: RedisAddress['kind'], path: string) {
  if (kind === 'sentinel') {
    const [masterName = '', database = '', ...more] = path.split('/');
    if (!masterName || more.length > 0) {
      throw new Error('must name the master after the sentinels, as in redis+sentinel://one,two/mymaster');
    }
    return { masterName, database: parseDatabase(database) };
  }
  if (kind === 'cluster' && path) throw new Error('takes no path: a cluster has one database');
  return { masterName: '', database: parseDatabase(path) };
}

function parseDatabase(text: string): number {
  if (!/^\d{0,4}$/.test(text))
    throw new Error('must have the number of a database, or nothing, after the host');
  return Number(text);
}
