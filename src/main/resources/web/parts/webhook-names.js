import { html, useEffect } from '../core/html.js';
import { api, path, Refused } from '../core/api.js';
import { t } from '../core/i18n.js';
import { to } from '../core/router.js';
import { store, useStore } from '../core/store.js';

/** By id, as they were seen last: the webhook, or null for one of which nothing is known any more. */
const known = store(new Map());
const asked = new Set();

export function remember(webhooks) {
  known.set((before) => new Map([...before, ...webhooks.map((each) => [each.id, each])]));
}

/** Of these webhooks what is known of them; each that is not is looked up once. */
export function useWebhooks(ids) {
  const all = useStore(known);
  useEffect(() => {
    for (const id of new Set(ids)) if (!known.get().has(id) && !asked.has(id)) ask(id);
  }, [ids.join()]);
  return all;
}

async function ask(id) {
  asked.add(id);
  try {
    remember([await lookedUp(id)]);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) known.set((before) => new Map(before).set(id, null));
    else asked.delete(id);
  }
}

/** A webhook, also one that is deleted. */
async function lookedUp(id) {
  try {
    return await api.get(path`/api/webhooks/${id}`, { deleted: true });
  } catch (error) {
    if (!(error instanceof Refused) || !error.has('unknown-parameter')) throw error;
    return api.get(path`/api/webhooks/${id}`);
  }
}

/** What a webhook is called; its id until that is known. */
export const nameOf = (webhooks, id) => {
  const webhook = webhooks.get(id);
  if (webhook === undefined) return id;
  if (webhook === null) return t('common.webhookDeleted', { name: id });
  return webhook.deletedAt ? t('common.webhookDeleted', { name: webhook.name }) : webhook.name;
};

/** Its name, with a link to it while there is something to look at. */
export function WebhookLink({ webhooks, id }) {
  const webhook = webhooks.get(id);
  const name = nameOf(webhooks, id);
  return webhook && !webhook.deletedAt ? html`<a href=${to(['webhooks', id])}>${name}</a>` : html`<span class=${webhook ? '' : 'quiet'}>${name}</span>`;
}
