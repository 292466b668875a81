import { html, useEffect, useState } from '../core/html.js';
import { compare, shortTime, t } from '../core/i18n.js';
import { api, path } from '../core/api.js';
import { useLoad, useSettled } from '../core/load.js';
import { to } from '../core/router.js';
import { Dialog, Doing, Field, Problem, sentences } from './basics.js';
import { filtersOf, Period, statesOf } from './filters.js';

/** What can be sent again without asking about each one. */
const AGAIN = ['dead', 'skipped'];
const PAGE = 200;

const replay = async (what) => (await api.post('/api/deliveries/replay', what)).count;

const named = ({ type, id }) => `${type} ${id}`;

/** Sends one delivery again, or the newest state instead where there is something newer. */
export function ReplayOne({ delivery, webhook, webhookName, eventName, onSent, onClose }) {
  const { id, entity, acceptedAt } = delivery;
  const [error, setError] = useState(null);
  const [choice, setChoice] = useState('newest');
  const newer = useLoad(() => newerThan(delivery), [id]);
  const found = newer.data;
  const instead = found?.newest && found.newest.state !== 'queued' && found.newest.state !== 'held' && !found.newest.erased ? found.newest : null;
  const isGone = webhook === null || Boolean(webhook?.deletedAt) || webhook?.state === 'expired';
  const send = async () => {
    const sent = instead && choice === 'newest' ? instead.id : id;
    setError(null);
    try {
      await api.post(path`/api/deliveries/${sent}/replay`);
      onSent(sent);
    } catch (failure) {
      setError(failure);
    }
  };
  const isRisky = found?.newest && !(instead && choice === 'newest');
  return html`<${Dialog}
    title=${t('again.title')}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button>
      ${!isGone &&
      !newer.loading &&
      html`<${Doing} className=${isRisky ? 'danger' : 'primary'} action=${send}>${t(isRisky ? 'again.doThis' : 'again.do')}<//>`}`}
  >
    <p>${t('again.text', { webhook: webhookName, event: eventName, entity: named(entity) })}</p>
    ${isGone && html`<p class="note warn">${t('again.gone')}</p>`}
    ${webhook && !webhook.enabled && !isGone && html`<p class="note info">${t('again.off')}</p>`}
    ${newer.loading && html`<p class="quiet" role="status">${t('again.looking')}</p>`}
    ${newer.error && html`<p class="note warn">${t('again.gaveUp')} ${sentences(newer.error).join(' ')}</p>`}
    ${found?.newest &&
    html`<p class="note warn">
      ${t(found.isDelivered ? 'again.newerDelivered' : 'again.newerWaits', { entity: named(entity), time: shortTime(found.newer.acceptedAt) })}
    </p>`}
    ${instead &&
    !isGone &&
    html`<fieldset class="choice">
      <legend class="label">${t('again.which')}</legend>
      ${[
        ['newest', t('again.newest', { time: shortTime(instead.acceptedAt) }), t('again.newestHelp')],
        ['this', t('again.this', { time: shortTime(acceptedAt) }), t('again.thisHelp')],
      ].map(
        ([value, label, help]) => html`<label class="check" key=${value}>
          <input type="radio" name="which" value=${value} checked=${choice === value} onChange=${() => setChoice(value)} />
          <span>${label}<span class="hint">${help}</span></span>
        </label>`,
      )}
    </fieldset>`}
    <${Problem} error=${error} />
  <//>`;
}

/** Of the same webhook, entity and type: what was delivered or waits and is newer, and the newest of all then. */
async function newerThan({ id, webhookId, eventType, entity }) {
  const same = { webhook: webhookId, type: eventType, entity: `${entity.type}:${entity.id}`, limit: 1 };
  const newestOf = async (state) => (await api.get('/api/deliveries', { ...same, state })).items[0];
  const [newest, delivered, waits] = await Promise.all([newestOf(), newestOf('delivered'), newestOf('queued,held')]);
  // ids grow with time
  const isNewer = (each) => each && each.id > id;
  const newer = [delivered, waits].find(isNewer);
  return newer ? { newest, newer, isDelivered: newer === delivered } : {};
}

/** Sends again what was not delivered: which, how many, and how it goes. */
export function ReplayMany({ query, listed, webhooks, onClose }) {
  const filters = filtersOf(query);
  const [webhook, setWebhook] = useState(filters.webhook ?? '');
  const [states, setStates] = useState(() => {
    const chosen = statesOf(query).filter((each) => AGAIN.includes(each));
    return chosen.length > 0 ? chosen : ['dead'];
  });
  const [period, setPeriod] = useState({ from: filters.from ?? '', to: filters.to ?? '' });
  const [onlyLatest, setOnlyLatest] = useState(false);
  const [error, setError] = useState(null);
  const [running, setRunning] = useState(null);

  const what = { webhook: webhook || undefined, states, from: period.from || undefined, to: period.to || undefined };
  const settled = useSettled(JSON.stringify(what));
  const counts = useLoad(async () => {
    const asked = JSON.parse(settled);
    if (asked.states.length === 0) return { of: settled, all: 0, latest: 0 };
    const [all, latest] = await Promise.all([replay({ ...asked, dryRun: true }), replay({ ...asked, onlyLatest: true, dryRun: true })]);
    return { of: settled, all, latest };
  }, [settled]);
  // a count of what was chosen before must not be agreed to
  const known = counts.data?.of === JSON.stringify(what) && !counts.error ? counts.data : null;
  const differ = known && known.latest < known.all;
  const latest = Boolean(differ && onlyLatest);
  const count = known ? (latest ? known.latest : known.all) : 0;

  const send = async () => {
    setError(null);
    try {
      const until = await newestAccepted(what);
      const range = { ...what, to: until, onlyLatest: undefined };
      const sent = await replay(latest ? { ...what, onlyLatest: true } : what);
      const before = latest || !states.includes('dead') ? await replay({ ...range, states: ['dead'], dryRun: true }) : 0;
      setRunning({ count: sent, range, before });
    } catch (failure) {
      setError(failure);
    }
  };

  if (running) return html`<${Progress} ...${running} webhooks=${webhooks} onClose=${onClose} />`;

  const items = (listed?.items ?? []).filter((each) => (!each.deletedAt && each.state !== 'expired') || each.id === webhook).sort((a, b) => compare(a.name, b.name));
  const unlisted = webhook && !items.some((each) => each.id === webhook);
  const toggle = (state) => setStates(AGAIN.filter((each) => (each === state ? !states.includes(each) : states.includes(each))));
  return html`<${Dialog}
    title=${t('replay.title')}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button>
      ${count > 0
        ? html`<${Doing} className="primary" action=${send}>${t('replay.do', { count })}<//>`
        : html`<button type="button" class="primary" disabled>${t('replay.doNone')}</button>`}`}
  >
    <p>${t('replay.text')}</p>
    ${(filters.type || filters.entity || filters.event) && html`<p class="note info">${t('replay.filters')}</p>`}
    <${Field} label=${t('replay.webhook')}>
      ${(attributes) => html`<select ...${attributes} value=${webhook} onChange=${(event) => setWebhook(event.target.value)}>
        <option value="">${t('replay.all')}</option>
        ${unlisted && html`<option value=${webhook}>${webhooks.get(webhook)?.name ?? webhook}</option>`}
        ${items.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}
      </select>`}
    <//>
    <fieldset class="choice">
      <legend class="label">${t('replay.what')}</legend>
      ${AGAIN.map(
        (state) => html`<label class="check" key=${state}>
          <input type="checkbox" checked=${states.includes(state)} onChange=${() => toggle(state)} />
          <span>${t(`replay.${state}`)}<span class="hint">${t(`replay.${state}Help`)}</span></span>
        </label>`,
      )}
      ${states.length === 0 && html`<p class="error">${t('replay.nothingChosen')}</p>`}
    </fieldset>
    <div class="fields"><${Period} from=${period.from} to=${period.to} change=${(part) => setPeriod((now) => ({ ...now, ...part }))} /></div>
    ${differ
      ? html`<fieldset class="choice">
          <legend class="label">${t('replay.many')}</legend>
          ${[
            [false, t('replay.every', { count: known.all }), t('replay.everyHelp')],
            [true, t('replay.latest', { count: known.latest }), t('replay.latestHelp')],
          ].map(
            ([value, label, help]) => html`<label class="check" key=${String(value)}>
              <input type="radio" name="many" checked=${onlyLatest === value} onChange=${() => setOnlyLatest(value)} />
              <span>${label}<span class="hint">${help}</span></span>
            </label>`,
          )}
        </fieldset>`
      : html`<p role="status" class=${known && known.all > 0 ? '' : 'quiet'}>
          ${!known && !counts.error && t('replay.counting')}
          ${known && states.length > 0 && (known.all > 0 ? html`<strong>${t('replay.count', { count: known.all })}</strong>` : t('replay.none'))}
        </p>`}
    <${Problem} error=${error ?? (counts.loading ? null : counts.error)} />
  <//>`;
}

/** The end of what is sent again by Posel's clock, not by the reader's: what comes in later does not belong to it. */
async function newestAccepted({ webhook, to: end }) {
  if (end) return end;
  const { items } = await api.get('/api/deliveries', { webhook, limit: 1 });
  return new Date(Date.parse(items[0]?.acceptedAt ?? 0) + 1000).toISOString();
}

/** How many of those that were sent again still wait, and how many failed once more. */
async function course({ count, range, before }) {
  const { webhook, from, to: end } = range;
  const [waits, dead] = await Promise.all([
    api.get('/api/deliveries', { webhook, from, to: end, state: 'queued,held', limit: PAGE }),
    replay({ ...range, states: ['dead'], dryRun: true }),
  ]);
  const failed = Math.min(count, Math.max(0, dead - before));
  const waiting = Math.min(waits.next ? await queued(webhook) : waits.items.length, count - failed);
  return { failed, waiting, delivered: count - failed - waiting, of: waits.items.map((each) => each.webhookId) };
}

async function queued(webhook) {
  const { queues } = await api.get('/api/stats');
  return queues.filter((each) => !webhook || each.webhookId === webhook).reduce((sum, each) => sum + each.queued, 0);
}

function Progress({ count, range, before, webhooks, onClose }) {
  const [finished, setFinished] = useState(false);
  const now = useLoad(() => course({ count, range, before }), [], { every: finished ? undefined : 1500 });
  const { failed = 0, waiting = count, delivered = 0, of = [] } = now.data ?? {};
  useEffect(() => {
    if (now.data?.waiting === 0) setFinished(true);
  }, [now.data]);
  const isOff = of.length > 0 && of.every((id) => webhooks.get(id)?.enabled === false);
  const done = count - waiting;
  return html`<${Dialog} title=${t('replay.progress')} onClose=${onClose} footer=${html`<button type="button" class=${finished ? 'primary' : ''} onClick=${onClose}>${t('common.close')}</button>`}>
    <div class="stack tight">
      <progress max=${count} value=${done} aria-label=${t('replay.progress')}></progress>
      <p><strong>${t('replay.done', { done, count })}</strong></p>
      <p class="row">
        <span class="good-text">${t('replay.delivered', { count: delivered })}</span>
        ${failed > 0 && html`<span class="bad-text">${t('replay.failed', { count: failed })}</span>`}
        ${waiting > 0 && html`<span class="quiet">${t('replay.waits', { count: waiting })}</span>`}
      </p>
    </div>
    <div role="status">
      ${finished && failed === 0 && html`<p class="note good">${t('replay.finished', { count: delivered })}</p>`}
      ${finished && failed > 0 && html`<p class="note bad">${t('replay.finishedSome', { count: failed })}</p>`}
      ${!finished && html`<p class="hint">${t(isOff ? 'replay.off' : 'replay.goesOn')}</p>`}
    </div>
    ${failed > 0 &&
    html`<div>
      <a class="button small" href=${to(['deliveries'], { webhook: range.webhook, state: 'dead', from: range.from, to: range.to })} onClick=${onClose}>${t('replay.seeFailed')}</a>
    </div>`}
    <${Problem} error=${now.error} />
  <//>`;
}
