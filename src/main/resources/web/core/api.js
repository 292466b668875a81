import { store } from './store.js';

/** Posel refused: `errors` as in RFC 9457 with Posel's codes, `status` of HTTP. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.errors = problem?.errors ?? [];
    this.detail = problem?.detail ?? '';
    this.retryAfter = retryAfter;
  }

  /** This refusal without some of its errors; null if none is left. */
  without(isGone) {
    const left = this.errors.filter((each) => !isGone(each));
    return left.length === 0 ? null : new Refused(this.status, { errors: left, detail: this.detail }, this.retryAfter);
  }

  has(code) {
    return this.errors.some((error) => error.code === code);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/** `ok`, `gone` (Posel does not answer), or `signed-out`. */
export const connection = store('ok');
export const session = store(null);

const encoded = (segment) => encodeURIComponent(segment);

/** A path of the interface, its variable parts encoded: path`/api/webhooks/${id}` */
export const path = (parts, ...values) => String.raw({ raw: parts }, ...values.map(encoded));

function target(to, query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, value);
  }
  const text = search.toString();
  return text ? `${to}?${text}` : to;
}

async function send(method, to, { query, body, etag, signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Posel-CSRF'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (etag) headers['If-Match'] = etag;
  let response;
  try {
    response = await fetch(target(to, query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    connection.set('gone');
    throw new Unreachable();
  }
  const text = await response.text();
  const json = text && /json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(text) : null;
  if (response.status === 401) {
    connection.set('signed-out');
  } else if (connection.get() !== 'ok') {
    connection.set('ok');
  }
  if (!response.ok) {
    throw new Refused(response.status, json, Number(response.headers.get('Retry-After')) || null);
  }
  return { json, etag: response.headers.get('ETag'), status: response.status };
}

/** Each answers the JSON; `read` with its ETag beside it. */
export const api = {
  get: async (to, query, options) => (await send('GET', to, { query, ...options })).json,
  read: (to, query) => send('GET', to, { query }),
  post: async (to, body, options) => (await send('POST', to, { body, ...options })).json,
  put: (to, body, etag) => send('PUT', to, { body, etag }),
  patch: (to, body, etag) => send('PATCH', to, { body, etag }),
  remove: (to, etag) => send('DELETE', to, { etag }),

  /** All parts of a list, as far as `most`; `seen` gets what has come so far after each part. */
  async all(to, query = {}, { most = Infinity, seen, signal } = {}) {
    const items = [];
    let cursor;
    do {
      const part = await api.get(to, { limit: 200, ...query, cursor }, { signal });
      items.push(...part.items);
      cursor = part.next;
      seen?.(items, cursor);
    } while (cursor && items.length < most);
    return items;
  },
};

export async function whoIsIt() {
  session.set(await api.get('/api/session'));
}
