import { html, useState } from '../core/html.js';
import { t } from '../core/i18n.js';
import { api } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { Dialog, Doing, Field, Loaded, Problem } from './basics.js';

const named = ({ type, id }) => `${type} ${id}`;

/** Begins the numbering of an entity anew. */
export function BeginNumbering({ entity, onBegun, onClose }) {
  const [next, setNext] = useState('1');
  const [error, setError] = useState(null);
  const now = useLoad(() => api.get('/api/entities/sequence', { entity: `${entity.type}:${entity.id}` }), [entity.type, entity.id]);
  const begin = async () => {
    setError(null);
    try {
      // what is no number is sent as it is, and refused with a sentence
      await api.post('/api/entities/sequence', { entity, next: /^[0-9]{1,15}$/.test(next.trim()) ? Number(next) : next });
      onBegun();
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<${Dialog}
    title=${t('numbering.title')}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button>
      <${Doing} className="danger" action=${begin}>${t('numbering.begin')}<//>`}
  >
    <p>${t('numbering.text', { entity: named(entity) })}</p>
    <${Loaded} of=${now}>
      ${({ last, missing, waiting }) => html`<p class="note info">
        ${last === null ? t('numbering.none') : t('numbering.last', { last })}
        ${waiting.length > 0 && html` ${t('numbering.waiting', { count: waiting.length, missing })}`}
      </p>`}
    <//>
    <${Field} label=${t('numbering.next')} hint=${t('numbering.nextHint')}>
      ${(attributes) => html`<input type="text" inputmode="numeric" ...${attributes} value=${next} onInput=${(event) => setNext(event.target.value)} />`}
    <//>
    <${Problem} error=${error} />
  <//>`;
}
