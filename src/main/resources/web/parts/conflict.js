import { html } from '../core/html.js';
import { t } from '../core/i18n.js';
import { Dialog, Doing } from './basics.js';

const MEMBERS = [
  ['name', 'webhook.name'],
  ['enabled', 'webhook.enabled'],
  ['events', 'webhook.trigger'],
  ['filter', 'webhook.conditions'],
  ['url', 'webhook.url'],
  ['body', 'webhook.body'],
  ['headers', 'webhook.headers'],
  ['ordering', 'webhook.order'],
  ['concurrency', 'webhook.concurrency'],
  ['rateLimit', 'webhook.rateLimit'],
];

/** Two people edited one webhook: what differs, and three ways out. */
export function Conflict({ theirs, mine, who, at, onTheirs, onMine, onClose }) {
  const differing = MEMBERS.filter(([member]) => JSON.stringify(theirs[member]) !== JSON.stringify(mine[member]));
  return html`<${Dialog}
    title=${t('conflict.title')}
    wide
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('conflict.goOn')}</button>
      <${Doing} action=${onTheirs}>${t('conflict.takeTheirs')}<//>
      <${Doing} className="primary" action=${onMine}>${t('conflict.keepMine')}<//>`}
  >
    <p>${t('conflict.text', { who: who ?? t('conflict.somebody'), time: at })}</p>
    ${differing.length === 0
      ? html`<p class="quiet">${t('conflict.same')}</p>`
      : html`<div class="scroll">
          <table>
            <thead>
              <tr><td></td><th scope="col">${t('conflict.theirs')}</th><th scope="col">${t('conflict.mine')}</th></tr>
            </thead>
            <tbody>
              ${differing.map(
                ([member, label]) => html`<tr key=${member}>
                  <th scope="row">${t(label)}</th>
                  <td class="mono">${text(member, theirs[member])}</td>
                  <td class="mono">${text(member, mine[member])}</td>
                </tr>`,
              )}
            </tbody>
          </table>
        </div>`}
  <//>`;
}

function text(member, value) {
  if (value === null || value === '') return '–';
  if (member === 'enabled') return t(value ? 'common.yes' : 'common.no');
  if (member === 'ordering') return t(`ordering.${value}`);
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
