import { html, useEffect } from '../core/html.js';
import { store, useStore } from '../core/store.js';
import { t } from '../core/i18n.js';
import { Icon, sentences } from './basics.js';

const messages = store([]);
let last = 0;

/** A short message at the edge: what has been done, or what went wrong away from any field. */
export function say(text, tone = 'good') {
  const id = ++last;
  messages.set((all) => [...all.slice(-2), { id, text, tone }]);
}

export const sayProblem = (error) => say(sentences(error).join(' '), 'bad');

const forget = (id) => messages.set((all) => all.filter((each) => each.id !== id));

function Message({ id, text, tone }) {
  useEffect(() => {
    if (tone === 'bad') return undefined;
    const timer = setTimeout(() => forget(id), 7000);
    return () => clearTimeout(timer);
  }, [id, tone]);
  return html`<div class=${`note ${tone}`}>
    <p>${text}</p>
    <button type="button" class="icon" aria-label=${t('common.close')} onClick=${() => forget(id)}><${Icon} name="close" /></button>
  </div>`;
}

export function Messages() {
  const all = useStore(messages);
  return html`<div class="toasts" role="status" aria-live="polite">${all.map((each) => html`<${Message} key=${each.id} ...${each} />`)}</div>`;
}
