import { variable } from './variable.js';

/**
 * A webhook's URL, taken apart for people: the address as they know it, and apart from it what is secret or has to be
 * encoded. Variables (`#name#`) stay in the address as they are.
 */
const VARIABLE = variable();
const SHAPE = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#]*)@)?(.*)$/is;
/** Stands for a secret that only Posel knows. */
export const MASK = '***';

/** @returns {{address: string, user: string, password: string, keys: {name: string, value: string}[]}} */
export function split(url) {
  const shape = SHAPE.exec(url.trim());
  if (!shape) return { address: url.trim(), user: '', password: '', keys: [] };
  const [, scheme, userInfo, rest] = shape;
  const [user, password] = parted(userInfo ?? '', ':');
  const [before, query] = parted(rest, '?');
  const parameters = query ? query.split('&') : [];
  const isKey = (parameter) => /^[^=]+=./s.test(parameter) && !VARIABLE.test(parameter);
  const shown = parameters.filter((each) => !isKey(each)).join('&');
  return {
    address: scheme + before + (shown ? `?${shown}` : ''),
    user: decoded(user),
    password: decoded(password),
    keys: parameters.filter(isKey).map((each) => {
      const [name, value] = parted(each, '=');
      return { name: decoded(name), value: decoded(value) };
    }),
  };
}

/** The URL again. */
export function join({ address, user, password, keys }) {
  const shape = SHAPE.exec(address.trim());
  if (!shape) return address.trim();
  const [, scheme, own, rest] = shape;
  const userInfo = user || password ? `${encoded(user)}${password ? `:${encoded(password)}` : ''}@` : own ? `${own}@` : '';
  const more = keys.filter(({ name }) => name).map(({ name, value }) => `${encoded(name)}=${encoded(value)}`).join('&');
  const mark = more && (rest.includes('?') ? (/[?&]$/.test(rest) ? '' : '&') : '?');
  return scheme + userInfo + rest + mark + more;
}

export const host = (url) => /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url.trim())?.[1] ?? '';

function parted(text, at) {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

const encoded = (text) => (text === MASK ? MASK : encodeURIComponent(text));

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
