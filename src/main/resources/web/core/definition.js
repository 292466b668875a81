import { join, split } from './url-parts.js';

/** A webhook as the editor's form holds it, from what the interface shows, and back. */
export function formOf(webhook) {
  return {
    name: webhook.name,
    enabled: webhook.enabled,
    events: webhook.events,
    filter: Object.entries(webhook.filter ?? {}).map(([variable, values]) => ({ variable, values: [values].flat().map(String) })),
    ...split(webhook.url),
    hasBody: webhook.body !== null,
    body: webhook.body ?? '',
    headers: Object.entries(webhook.headers ?? {}).map(([name, value]) => ({ name, value })),
    ordering: webhook.ordering,
    concurrency: webhook.concurrency === null ? '' : String(webhook.concurrency),
    rateLimit: webhook.rateLimit === null ? '' : String(webhook.rateLimit),
  };
}

export const newForm = (ordering, events) =>
  formOf({ name: '', enabled: true, events, filter: {}, url: 'https://', body: '', headers: {}, ordering, concurrency: null, rateLimit: null });

/** @param before the webhook that the form was made of: what was not touched goes back as it came */
export function definitionOf(form, before) {
  return {
    name: form.name.trim(),
    enabled: form.enabled,
    events: form.events,
    filter: Object.fromEntries(form.filter.filter(({ variable }) => variable.trim()).map(({ variable, values }) => [variable.trim(), values])),
    url: urlOf(form, before),
    body: form.hasBody ? form.body : null,
    headers: Object.fromEntries(form.headers.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value])),
    ordering: form.ordering,
    concurrency: numberOf(form.concurrency),
    rateLimit: numberOf(form.rateLimit),
  };
}

/** Putting it together again may change the order of parameters, which some receivers sign. */
export function urlOf(form, before) {
  const { address, user, password, keys } = form;
  const now = { address, user, password, keys };
  return before && JSON.stringify(split(before.url)) === JSON.stringify(now) ? before.url : join(now);
}

function numberOf(text) {
  const plain = text.trim().replace(',', '.');
  if (plain === '') return null;
  return Number.isNaN(Number(plain)) ? plain : Number(plain);
}
