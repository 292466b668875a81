import { html, useEffect, useState } from '../core/html.js';
import { addTexts, hasText, t } from '../core/i18n.js';
import { api } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { to } from '../core/router.js';
import { Doing, Loaded, Time, Title } from '../parts/basics.js';
import { sayProblem } from '../parts/messages.js';
import { useWebhooks, WebhookLink } from '../parts/webhook-names.js';
import texts from '../texts/access.js';

addTexts(texts);

/** Who did what when, newest first. */
export default function Audit({ query }) {
  const first = useLoad(() => api.get('/api/audit', { webhook: query.webhook, limit: 50 }), [query.webhook]);
  const [more, setMore] = useState({ items: [], next: undefined });
  useEffect(() => setMore({ items: [], next: undefined }), [query.webhook]);
  const load = async (cursor) => {
    try {
      const part = await api.get('/api/audit', { webhook: query.webhook, limit: 100, cursor });
      setMore((before) => ({ items: [...before.items, ...part.items], next: part.next }));
    } catch (error) {
      sayProblem(error);
    }
  };
  return html`<${Title} under=${t('audit.under')}>${t('audit.title')}<//>
    <div class="stack">
      ${query.webhook && html`<${OfOne} id=${query.webhook} />`}
      <${Loaded} of=${first}>
        ${({ items, next }) => {
          const all = [...items, ...more.items];
          const cursor = more.next === undefined ? next : more.next;
          if (all.length === 0) return html`<p class="card quiet">${t('audit.none')}</p>`;
          return html`<${Entries} all=${all} />
            ${cursor && html`<div><${Doing} action=${() => load(cursor)}>${t('common.more')}<//></div>`}`;
        }}
      <//>
    </div>`;
}

function OfOne({ id }) {
  const webhooks = useWebhooks([id]);
  return html`<p class="row"><span>${t('audit.webhook')}: <${WebhookLink} webhooks=${webhooks} id=${id} /></span><a class="button small" href=${to(['audit'])}>${t('common.clear')}</a></p>`;
}

function Entries({ all }) {
  const webhooks = useWebhooks(all.map((each) => each.webhookId).filter(Boolean));
  return html`<div class="card flush scroll">
    <table class="cards-on-phone">
      <thead>
        <tr>
          <th scope="col">${t('audit.time')}</th>
          <th scope="col">${t('audit.who')}</th>
          <th scope="col">${t('audit.what')}</th>
          <th scope="col">${t('audit.about')}</th>
        </tr>
      </thead>
      <tbody>${all.map((each) => html`<${Entry} key=${each.id} entry=${each} webhooks=${webhooks} />`)}</tbody>
    </table>
  </div>`;
}

function Entry({ entry, webhooks }) {
  const action = hasText(`action.${entry.action}`) ? t(`action.${entry.action}`) : entry.action;
  return html`<tr>
    <td class="time" data-label=${t('audit.time')}><${Time} at=${entry.at} /></td>
    <td data-label=${t('audit.who')}>${entry.who}</td>
    <td data-label=${t('audit.what')}>${action}</td>
    <td data-label=${t('audit.about')}>
      ${entry.webhookId && html`<${WebhookLink} webhooks=${webhooks} id=${entry.webhookId} />`}
      ${entry.webhookVersion && html`${' '}<span class="quiet">${t('audit.version', { version: entry.webhookVersion })}</span>`}
      ${entry.subject && html`<div class="break">${entry.subject}</div>`}
      ${entry.count !== null && html`<div class="under">${t(entry.action === 'access-refused' ? 'audit.requests' : 'audit.count', { count: entry.count })}</div>`}
    </td>
  </tr>`;
}
