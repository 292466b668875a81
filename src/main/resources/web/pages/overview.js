import { html, useMemo, useState } from '../core/html.js';
import { addTexts, duration, hourAndMinute, number, shortTime, t } from '../core/i18n.js';
import { api } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { to } from '../core/router.js';
import { Badge, Loaded, Time, Title } from '../parts/basics.js';
import { Chart } from '../parts/chart.js';
import { nameOf, useWebhooks, WebhookLink } from '../parts/webhook-names.js';
import listTexts from '../texts/deliveries.js';
import texts from '../texts/overview.js';

addTexts(listTexts);
addTexts(texts);

const EVERY = 5000;
const PART = 50;
const LINES = [
  { key: 'accepted', colour: '--accent', dash: undefined },
  { key: 'delivered', colour: '--good', dash: [8, 4] },
  { key: 'failed', colour: '--bad', dash: [2, 3] },
];

/** How Posel is doing: what it did, how fast, and what waits. */
export default function Overview() {
  const stats = useLoad(() => api.get('/api/stats'), [], { every: EVERY });
  const failing = useLoad(() => api.all('/api/webhooks', { state: 'failing' }, { most: 1000 }), [], { every: 15_000 });
  return html`<${Title} under=${stats.data && t('overview.since', { time: shortTime(stats.data.since, Date.now(), false) })}>${t('overview.title')}<//>
    <${Loaded} of=${stats}>
      ${(data) => html`<div class="stack wide">
        <${Figures} stats=${data} />
        <${Rates} stats=${data} />
        <${Latencies} stats=${data} />
        <${Queues} queues=${data.queues} failing=${failing.data ?? []} />
      </div>`}
    <//>`;
}

const atLeast = (count, more) => (more ? t('overview.atLeast', { count }) : number(count));

function Figures({ stats: { events, deliveries, inFlight } }) {
  const { delivered, dead, skipped, queued, held, more } = deliveries;
  const figures = [
    ['accepted', number(events.accepted)],
    ['delivered', number(delivered), to(['deliveries'], { state: 'delivered' })],
    ['dead', number(dead), to(['deliveries'], { state: 'dead' }), dead > 0 && 'bad-text'],
    ['skipped', number(skipped), to(['deliveries'], { state: 'skipped' })],
    ['waiting', more ? t('overview.more', { count: queued + held }) : number(queued + held), to(['deliveries'], { state: 'queued,held' })],
    ['inFlight', number(inFlight)],
  ];
  return html`<section aria-label=${t('overview.figures')}>
    <ul class="cards figures">
      ${figures.map(
        ([name, value, href, tone]) => html`<li class="card figure" key=${name}>
          <b class=${tone || ''}>${value}</b>
          ${href ? html`<a href=${href}>${t(`overview.${name}`)}</a>` : html`<span>${t(`overview.${name}`)}</span>`}
        </li>`,
      )}
    </ul>
  </section>`;
}

const perSecond = (value) => (value === null ? '–' : number(value, { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 }));

function Rates({ stats: { since, minutes } }) {
  const [at, setAt] = useState(null);
  const past = useMemo(() => {
    // the present minute is not over: it would look like a fall; and before the start nothing was counted
    const begin = Date.parse(since) - 60_000;
    return minutes.slice(0, -1).map((each) => {
      const rate = (count) => (Date.parse(each.at) > begin ? count / 60 : null);
      return { at: each.at, accepted: rate(each.accepted), delivered: rate(each.delivered), failed: rate(each.failedAttempts) };
    });
  }, [since, minutes]);
  const counted = past.filter((each) => each.accepted !== null);
  const lines = LINES.map((line) => ({ ...line, name: t(`overview.line.${line.key}`), values: past.map((each) => each[line.key]) }));
  const pointed = at === null ? null : past[at];
  const average = (key) => counted.reduce((sum, each) => sum + each[key], 0) / counted.length;
  return html`<section class="card stack" aria-labelledby="rates">
    <h2 id="rates">${t('overview.rates')}</h2>
    ${counted.length === 0
      ? html`<p class="quiet">${t('overview.noMinutes')}</p>`
      : html`<${Chart} times=${past.map((each) => Date.parse(each.at) / 1000)} lines=${lines} label=${t('overview.chartLabel')} onPoint=${setAt} />
          <div class="legend">
            <p class="hint">${pointed ? t('overview.pointAt', { time: hourAndMinute(pointed.at) }) : t('overview.average')}</p>
            <ul>
              ${lines.map(
                (line) => html`<li key=${line.key}>
                  <${Stroke} line=${line} /> ${line.name} <b>${perSecond(pointed ? pointed[line.key] : average(line.key))}</b>
                </li>`,
              )}
            </ul>
          </div>
          <details>
            <summary>${t('overview.table')}</summary>
            <div class="scroll low" tabindex="0" role="region" aria-label=${t('overview.table')}>
              <p class="hint">${t('overview.tableCaption')}</p>
              <table aria-label=${t('overview.tableCaption')}>
                <thead>
                  <tr>
                    <th scope="col">${t('overview.minute')}</th>
                    ${lines.map((line) => html`<th scope="col" class="number" key=${line.key}>${line.name}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${counted.toReversed().map(
                    (minute) => html`<tr key=${minute.at}>
                      <th scope="row">${hourAndMinute(minute.at)}</th>
                      ${LINES.map(({ key }) => html`<td class="number" key=${key}>${perSecond(minute[key])}</td>`)}
                    </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </details>`}
  </section>`;
}

const Stroke = ({ line: { colour, dash } }) =>
  html`<svg width="28" height="8" viewBox="0 0 28 8" aria-hidden="true"><path d="M1 4h26" fill="none" stroke-width="2.500" stroke-dasharray=${dash?.join(' ')} style=${{ stroke: `var(${colour})` }} /></svg>`;

function Latencies({ stats }) {
  const shown = (value) => (value === null ? html`<span class="quiet">${t('overview.noValue')}</span>` : duration(value));
  return html`<section class="card stack" aria-labelledby="latency">
    <div>
      <h2 id="latency">${t('overview.latency')}</h2>
      <p class="hint">${t('overview.latencyUnder')}</p>
    </div>
    <table class="cards-on-phone" aria-labelledby="latency">
      <thead>
        <tr>
          <td></td>
          ${['p50', 'p95', 'p99'].map((each) => html`<th scope="col" class="number" key=${each}>${t(`overview.${each}`)} (${each})</th>`)}
        </tr>
      </thead>
      <tbody>
        ${['latencyMs', 'requestMs'].map(
          (row) => html`<tr key=${row}>
            <th scope="row" class="said">${t(`overview.${row}`)}<span class="hint">${t(`overview.${row}Help`)}</span></th>
            ${['p50', 'p95', 'p99'].map((each) => html`<td class="number" key=${each} data-label=${`${t(`overview.${each}`)} (${each})`}>${shown(stats[row][each])}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function Queues({ queues, failing }) {
  const [most, setMost] = useState(PART);
  const rows = useMemo(() => queues.toSorted((a, b) => (a.oldestAt ?? '').localeCompare(b.oldestAt ?? '')), [queues]);
  const shown = rows.slice(0, most);
  const webhooks = useWebhooks(shown.map((each) => each.webhookId));
  const failingNow = new Set(failing.map((each) => each.id));
  return html`<section class="stack" aria-labelledby="queues">
    <div>
      <h2 id="queues">${t('overview.queues')}</h2>
      ${rows.length > 0 && html`<p class="hint">${t('overview.queuesUnder')}</p>`}
    </div>
    ${rows.length === 0
      ? html`<p class="card quiet">${t('overview.noQueues')}</p>`
      : html`<div class="card flush scroll">
          <table class="cards-on-phone" aria-labelledby="queues">
            <thead>
              <tr>
                <th scope="col">${t('overview.webhook')}</th>
                <th scope="col" class="number">${t('overview.queued')}</th>
                <th scope="col">${t('overview.oldest')}</th>
                <td></td>
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                ({ webhookId, queued, more, oldestAt }) => html`<tr key=${webhookId}>
                  <th scope="row" class="said">
                    <${WebhookLink} webhooks=${webhooks} id=${webhookId} />${' '}
                    ${(failingNow.has(webhookId) || webhooks.get(webhookId)?.state === 'failing') && html`<${Badge} tone="bad">${t('webhookState.failing')}<//>`}
                    ${webhooks.get(webhookId)?.enabled === false && html`<${Badge}>${t('webhookState.disabled')}<//>`}
                  </th>
                  <td class="number" data-label=${t('overview.queued')}>${atLeast(queued, more)}</td>
                  <td class="time" data-label=${t('overview.oldest')}>${oldestAt && html`<${Time} at=${oldestAt} relative />`}</td>
                  <td>
                    <a
                      class="button small"
                      href=${to(['deliveries'], { webhook: webhookId, state: 'queued,held' })}
                      aria-label=${t('overview.seeOf', { name: nameOf(webhooks, webhookId) })}
                      >${t('overview.see')}</a
                    >
                  </td>
                </tr>`,
              )}
            </tbody>
          </table>
        </div>`}
    ${rows.length > most && html`<div class="row"><button type="button" onClick=${() => setMost(most + PART)}>${t('common.more')}</button></div>`}
  </section>`;
}
