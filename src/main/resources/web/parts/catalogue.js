import { api } from '../core/api.js';
import { language } from '../core/i18n.js';

/** The catalogue of event types, read once for each look at a page; what tells of Posel's own webhooks comes last. */
export async function catalogue() {
  const all = await api.all('/api/event-types');
  const own = (each) => each.type.startsWith('posel.');
  return [...all.filter((each) => !own(each)), ...all.filter(own)];
}

/** A title in the reader's language, or in the other one. */
export const title = (titles, otherwise) => titles?.[language.get()] || titles?.en || titles?.cs || otherwise;

/** Of the event types in a catalogue the title of one; types that are not in it are called by their code. */
export const typeTitle = (types, type) => title(types?.find((each) => each.type === type)?.title, type);
