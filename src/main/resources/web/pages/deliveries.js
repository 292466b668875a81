import { html, useEffect, useMemo, useRef, useState } from '../core/html.js';
import { addTexts, duration, t } from '../core/i18n.js';
import { api, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { go, place, to } from '../core/router.js';
import { attemptCount, reason, StateBadge } from '../parts/attempts.js';
import { Doing, Icon, Loading, Problem, Time, Title } from '../parts/basics.js';
import { catalogue, typeTitle } from '../parts/catalogue.js';
import { Filters, filtersOf, lastFilters } from '../parts/filters.js';
import { sayProblem } from '../parts/messages.js';
import { ReplayMany } from '../parts/replay.js';
import { nameOf, remember, useWebhooks } from '../parts/webhook-names.js';
import texts from '../texts/deliveries.js';

addTexts(texts);

const FIRST = 50;
const PART = 100;
const EVERY = 2500;
/** Webhooks to choose from. */
const MOST = 1000;

/** What was sent and what became of it, as it happens. */
export default function Deliveries({ query }) {
  const mayChange = session.get()?.role === 'admin';
  const types = useLoad(catalogue);
  const listed = useLoad(webhooksToChoose);
  const [replaying, setReplaying] = useState(false);
  const filters = filtersOf(query);
  const list = useDeliveries(filters);
  useEffect(() => lastFilters.set(filters), [JSON.stringify(filters)]);
  const shown = list.shown;
  const webhooks = useWebhooks(listed.loading ? [] : [...(shown?.items ?? []).map((each) => each.webhookId), ...(query.webhook ? [query.webhook] : [])]);
  const change = (part) => go(['deliveries'], { ...place.get().query, ...part }, { replace: true });
  const filtered = Object.keys(filters).length > 0;

  return html`<${Title}
      under=${t('deliveries.under')}
      actions=${mayChange && html`<button type="button" onClick=${() => setReplaying(true)}><${Icon} name="send" />${t('replay.title')}…</button>`}
      >${t('deliveries.title')}<//
    >
    <div class="stack">
      <${Filters} query=${query} change=${change} webhooks=${webhooks} listed=${listed.data} types=${types.data} />
      <${Problem} error=${list.error} />
      ${!shown && !list.error && html`<${Loading} />`}
      ${shown && shown.items.length === 0 && html`<${Nothing} filtered=${filtered} />`}
      ${shown && shown.items.length > 0 && html`<${Rows} list=${list} types=${types.data} webhooks=${webhooks} />`}
    </div>
    ${replaying && html`<${ReplayMany} query=${query} listed=${listed.data} webhooks=${webhooks} onClose=${() => (setReplaying(false), list.reload())} />`}`;
}

async function webhooksToChoose() {
  let more = false;
  const items = await api.all('/api/webhooks', { deleted: true }, { most: MOST, seen: (_, cursor) => (more = Boolean(cursor)) });
  remember(items);
  return { items, more };
}

/**
 * The newest, again and again while somebody looks. While somebody reads further down, or is about to click, nothing moves:
 * what is shown is brought up to date where it stands, and what is new is counted.
 */
function useDeliveries(filters) {
  const key = JSON.stringify(filters);
  const first = useLoad(async () => ({ key, ...(await api.get('/api/deliveries', { ...filters, limit: FIRST })) }), [key], { every: EVERY });
  const [shown, setShown] = useState(null);
  const reading = useRef(false);

  useEffect(() => {
    const fresh = first.data;
    if (!fresh) return;
    setShown((before) => {
      const still = before && before.key === fresh.key && before.items.length > 0 && (before.extended || reading.current || scrollY > 300);
      return still ? broughtUpToDate(before, fresh) : { ...fresh, newer: 0, extended: false };
    });
  }, [first.data]);

  const more = async () => {
    try {
      const part = await api.get('/api/deliveries', { ...filters, limit: PART, cursor: shown.next });
      setShown((before) => {
        if (before.key !== key) return before;
        const there = new Set(before.items.map((each) => each.id));
        return { ...before, items: [...before.items, ...part.items.filter((each) => !there.has(each.id))], next: part.next, extended: true };
      });
    } catch (error) {
      sayProblem(error);
    }
  };
  const showNewest = () => {
    scrollTo(0, 0);
    setShown({ ...first.data, newer: 0, extended: false });
  };
  return {
    shown: shown?.key === key || first.loading ? shown : null,
    error: first.error && !(first.data && first.data.key === key && first.error.name === 'Unreachable') ? first.error : null,
    more,
    showNewest,
    reload: () => first.reload(true),
    reading: (is) => void (reading.current = is),
  };
}

function broughtUpToDate(before, fresh) {
  const now = new Map(fresh.items.map((each) => [each.id, each]));
  const there = new Set(before.items.map((each) => each.id));
  const last = before.items.at(-1).id;
  return {
    ...before,
    items: before.items.map((each) => now.get(each.id) ?? each),
    // what comes behind the last one was there before
    newer: fresh.items.filter((each) => !there.has(each.id) && each.id > last).length,
  };
}

const Nothing = ({ filtered }) =>
  filtered
    ? html`<div class="card empty" role="status">
        <h2>${t('deliveries.noneTitle')}</h2>
        <p>${t('deliveries.noneText')}</p>
      </div>`
    : html`<div class="card empty">
        <h2>${t('deliveries.emptyTitle')}</h2>
        <p>${t('deliveries.emptyText')}</p>
        <a class="button" href=${to(['webhooks'])}>${t('deliveries.emptyLink')}</a>
      </div>`;

function Rows({ list: { shown, more, showNewest, reading }, types, webhooks }) {
  const held = useRef({ pointer: false, focus: false });
  const hold = (part) => {
    held.current = { ...held.current, ...part };
    reading(held.current.pointer || held.current.focus);
  };
  useEffect(() => () => reading(false), []);
  return html`<div class="stack">
    <div class="row apart">
      <p class="hint">${t(shown.extended ? 'deliveries.stands' : 'deliveries.follows')}</p>
    </div>
    ${shown.newer > 0 &&
    html`<div class="newer" role="status">
      <button type="button" class="primary small" onClick=${showNewest}>${t(shown.newer >= FIRST ? 'deliveries.newerMore' : 'deliveries.newer', { count: shown.newer })} ↑</button>
    </div>`}
    <div
      class="card flush scroll"
      onPointerEnter=${(event) => event.pointerType === 'mouse' && hold({ pointer: true })}
      onPointerLeave=${() => hold({ pointer: false })}
      onFocusIn=${() => hold({ focus: true })}
      onFocusOut=${() => hold({ focus: false })}
    >
      <table class="cards-on-phone deliveries" aria-label=${t('deliveries.list')}>
        <thead>
          <tr>
            <th scope="col">${t('deliveries.time')}</th>
            <th scope="col">${t('deliveries.webhook')}</th>
            <th scope="col">${t('deliveries.event')}</th>
            <th scope="col">${t('deliveries.entity')}</th>
            <th scope="col">${t('deliveries.state')}</th>
            <th scope="col" class="number">${t('deliveries.attempts')}</th>
            <th scope="col" class="number">${t('deliveries.duration')}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.items.map((each) => html`<${Row} key=${each.id} delivery=${each} types=${types} webhooks=${webhooks} />`)}
        </tbody>
      </table>
    </div>
    <div class="row">${shown.next ? html`<${Doing} action=${more}>${t('common.more')}<//>` : html`<p class="hint">${t('deliveries.end')}</p>`}</div>
  </div>`;
}

function Row({ delivery, types, webhooks }) {
  const { id, webhookId, acceptedAt, eventType, entity, state, attempts } = delivery;
  const webhook = webhooks.get(webhookId);
  const name = nameOf(webhooks, webhookId);
  const event = typeTitle(types, eventType);
  // most rows are as they were
  return useMemo(() => {
    const open = (click) => {
      if (click.target.closest('a') || String(getSelection())) return;
      go(['deliveries', id]);
    };
    return html`<tr class="linked opens" onClick=${open}>
      <td class="time"><a href=${to(['deliveries', id])}><${Time} at=${acceptedAt} /></a></td>
      <td data-label=${t('deliveries.webhook')}>
        ${webhook && !webhook.deletedAt ? html`<a class="name" href=${to(['webhooks', webhookId])}>${name}</a>` : html`<span class="name">${name}</span>`}
      </td>
      <td data-label=${t('deliveries.event')} title=${eventType}>${event}</td>
      <td data-label=${t('deliveries.entity')} class="entity">${entity.type} ${entity.id}</td>
      <td>
        <span title=${t(`stateHelp.${state}`)}><${StateBadge} state=${state} /></span>
        <div class="under">${reason(delivery)}</div>
      </td>
      <td data-label=${t('deliveries.attempts')} class="number">${attemptCount(delivery)}</td>
      <td data-label=${t('deliveries.duration')} class="number">${attempts.length > 0 ? duration(attempts.at(-1).durationMs) : html`<span class="quiet">–</span>`}</td>
    </tr>`;
  }, [delivery, webhook, name, event]);
}
