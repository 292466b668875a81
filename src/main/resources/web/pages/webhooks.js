import { html, useEffect, useMemo, useState } from '../core/html.js';
import { addTexts, compare, language, plain, shortTime, t } from '../core/i18n.js';
import { api, path, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { go, to } from '../core/router.js';
import { Doing, Icon, Loaded, Time, Title } from '../parts/basics.js';
import { catalogue, typeTitle } from '../parts/catalogue.js';
import { DayBars } from '../parts/day-bars.js';
import { say, sayProblem } from '../parts/messages.js';
import { Switch } from '../parts/switch.js';
import { WebhookState } from '../parts/webhook-state.js';
import texts from '../texts/webhooks.js';

addTexts(texts);

const STATES = ['active', 'failing', 'disabled', 'expired'];
/** So many are read again and again while somebody looks. */
const FEW = 400;
/** Rows that are drawn at once. */
const PART = 100;

/** All webhooks, with their state at a glance. */
export default function Webhooks({ query }) {
  const mayChange = session.get()?.role === 'admin';
  const show = query.state ?? '';
  const [many, setMany] = useState(false);
  const found = useLoad(() => api.all('/api/webhooks', show === 'deleted' ? { deleted: true } : {}), [show === 'deleted'], { every: many ? undefined : 10_000 });
  useEffect(() => setMany((found.data?.length ?? 0) > FEW), [found.data]);
  const types = useLoad(catalogue);
  const day = useLoad(() => api.get('/api/stats/webhooks'), [], { every: 60_000 });
  const counts = useMemo(() => new Map((day.data?.items ?? []).map((each) => [each.webhookId, each])), [day.data]);

  return html`<${Title}
      under=${t('webhooks.under')}
      actions=${mayChange && html`<a class="button primary" href=${to(['webhooks', 'new'])}><${Icon} name="plus" />${t('webhooks.new')}</a>`}
      >${t('webhooks.title')}<//
    >
    <${Loaded} of=${found}>
      ${(all) =>
        all.length === 0 && !show
          ? html`<${Nothing} mayChange=${mayChange} />`
          : html`<${List} all=${all} types=${types.data} counts=${counts} day=${day.data} query=${query} mayChange=${mayChange} onChanged=${() => found.reload(true)} />`}
    <//>`;
}

const Nothing = ({ mayChange }) =>
  html`<div class="card empty">
    <h2>${t('webhooks.emptyTitle')}</h2>
    <p>${t('webhooks.emptyText')}</p>
    ${mayChange && html`<a class="button primary" href=${to(['webhooks', 'new'])}>${t('webhooks.new')}</a>`}
  </div>`;

function List({ all, types, counts, day, query, mayChange, onChanged }) {
  const [most, setMost] = useState(PART);
  const wanted = plain(query.q ?? '');
  const show = query.state ?? '';
  const rows = useMemo(() => {
    const searched = (webhook) => plain([webhook.name, webhook.url, ...webhook.events, ...webhook.events.map((each) => typeTitle(types, each))].join('\n'));
    return all
      .filter((each) => (show === 'deleted' ? each.deletedAt : !show || each.state === show))
      .filter((each) => !wanted || searched(each).includes(wanted))
      .sort((a, b) => compare(a.name, b.name));
  }, [all, types, show, wanted, language.get()]);
  const filter = (change) => go(['webhooks'], { ...query, ...change }, { replace: true });

  return html`<div class="stack">
    <div class="row" role="search">
      <input
        class="grow"
        type="search"
        value=${query.q ?? ''}
        aria-label=${t('webhooks.search')}
        placeholder=${t('webhooks.search')}
        onInput=${(event) => filter({ q: event.target.value })}
      />
      <label class="row nowrap" style=${{ flexWrap: 'nowrap' }}>
        ${t('webhooks.show')}
        <select value=${show} onChange=${(event) => filter({ state: event.target.value })}>
          <option value="">${t('webhooks.show.all')}</option>
          ${STATES.map((state) => html`<option value=${state}>${t(`webhookState.${state}`)}</option>`)}
          <option value="deleted">${t('webhooks.show.deleted')}</option>
        </select>
      </label>
      <span class="quiet" role="status">${t('webhooks.count', { count: rows.length })}</span>
    </div>
    ${rows.length === 0
      ? html`<p class="card quiet">${t('webhooks.noneFound')}</p>`
      : html`<div class="card flush scroll">
          <table class="webhooks cards-on-phone">
            <thead>
              <tr>
                <th scope="col">${t('webhooks.name')}</th>
                <th scope="col">${t('webhooks.state')}</th>
                <th scope="col">${t('webhooks.lastSuccess')}</th>
                <th scope="col" title=${day && t('webhooks.since', { time: shortTime(day.since) })}>${t('webhooks.day')}</th>
                <th scope="col">${t('webhooks.on')}</th>
              </tr>
            </thead>
            <tbody>
              ${rows.slice(0, most).map(
                (webhook) => html`<tr key=${webhook.id} class="linked">
                  <td>
                    ${webhook.deletedAt ? html`<span class="name">${webhook.name}</span>` : html`<a class="name" href=${to(['webhooks', webhook.id])}>${webhook.name}</a>`}
                    <div class="under">${webhook.events.map((each) => typeTitle(types, each)).join(', ')}</div>
                    ${webhook.file && html`<div class="under"><${Icon} name="lock" /> ${t('webhooks.fromFile', { file: webhook.file })}</div>`}
                  </td>
                  <td data-label=${t('webhooks.state')}><${WebhookState} webhook=${webhook} /></td>
                  <td data-label=${t('webhooks.lastSuccess')} class="time"><${Time} at=${webhook.lastSuccessAt} relative /></td>
                  <td data-label=${t('webhooks.day')}><${DayBars} counts=${counts.get(webhook.id)} hours=${day?.hours} /></td>
                  <td data-label=${t('webhooks.on')}><${Action} webhook=${webhook} mayChange=${mayChange} onChanged=${onChanged} /></td>
                </tr>`,
              )}
            </tbody>
          </table>
        </div>`}
    ${rows.length > most && html`<div class="row"><button type="button" onClick=${() => setMost(most + PART)}>${t('common.more')}</button></div>`}
  </div>`;
}

function Action({ webhook, mayChange, onChanged }) {
  if (webhook.deletedAt || webhook.state === 'expired') {
    const restore = async () => {
      try {
        await api.post(path`/api/webhooks/${webhook.id}/restore`);
        say(t('webhooks.restored', { name: webhook.name }));
        onChanged();
      } catch (error) {
        sayProblem(error);
      }
    };
    return mayChange && !webhook.file && html`<${Doing} className="small" action=${restore}>${t('webhooks.restore')}<//>`;
  }
  return html`<${Switch} webhook=${webhook} disabled=${!mayChange || webhook.file} onChanged=${onChanged} />`;
}
