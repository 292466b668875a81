import { api, path, Refused } from '../core/api.js';
import { store, useStore } from '../core/store.js';

const names = store(new Map());
const asked = new Set();

/** Names of webhooks by their ids, each looked up once; the id until it is there, or for good if nobody knows it any more. */
export function useWebhookName(id) {
  const known = useStore(names);
  if (id && !asked.has(id)) {
    asked.add(id);
    look(id);
  }
  return known.get(id) ?? id;
}

async function look(id) {
  try {
    const found = await api.get(path`/api/webhooks/${id}`, { deleted: true });
    names.set((all) => new Map(all).set(id, found.name));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) asked.delete(id);
  }
}
