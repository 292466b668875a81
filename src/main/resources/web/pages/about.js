import { html } from '../core/html.js';
import { addTexts, hasText, isoDuration, length, number, t } from '../core/i18n.js';
import { api } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { Badge, Loaded, Time, Title } from '../parts/basics.js';
import texts from '../texts/access.js';

addTexts(texts);

const TONES = { UP: 'good', DEGRADED: 'warn', DOWN: 'bad' };
const span = (iso) => (isoDuration(iso) === null ? iso : length(isoDuration(iso)));

/** What is running here, and whether it is well. */
export default function About() {
  const about = useLoad(() => api.get('/api/about'));
  const health = useLoad(() => api.get('/observe/health'), [], { every: 10_000 });
  return html`<${Title}>${t('about.title')}<//>
    <div class="stack">
      <section class="card">
        <${Loaded} of=${about}>
          ${({ version, java, startedAt, database }) => html`<dl class="facts">
            <dt>${t('about.version')}</dt><dd>${version}</dd>
            <dt>${t('about.started')}</dt><dd><${Time} at=${startedAt} /></dd>
            <dt>${t('about.database')}</dt>
            <dd>
              ${database.product} ${database.version}${database.embedded && ` (${t('about.embedded')})`}
              ${database.embedded && html`<div class="hint">${t('about.embeddedHelp')}</div>`}
            </dd>
            <dt>${t('about.java')}</dt><dd>${java}</dd>
          </dl>`}
        <//>
      </section>
      <section class="card stack">
        <h2>${t('about.health')}</h2>
        <${Loaded} of=${health}>
          ${({ status, checks }) => html`<dl class="facts">
            ${checks.filter((each) => each.kind !== 'source').map(
              (each) => html`<dt key=${each.name}>${hasText(`about.check.${each.name}`) ? t(`about.check.${each.name}`) : each.name}</dt>
                <dd><${Badge} tone=${TONES[each.status]}>${t({ UP: 'about.up', DEGRADED: 'about.degraded' }[each.status] ?? 'about.down')}<//></dd>`,
            )}
            ${checks.length === 0 && html`<dt>${t('about.health')}</dt><dd><${Badge} tone=${TONES[status]}>${t(status === 'UP' ? 'about.up' : 'about.down')}<//></dd>`}
          </dl>`}
        <//>
      </section>
      <section class="card stack">
        <h2>${t('about.settings')}</h2>
        <${Loaded} of=${about}>
          ${({ settings }) => html`<dl class="facts">
            <dt>${t('about.redeliveries')}</dt><dd>${number(settings.redeliveries)}</dd>
            <dt>${t('about.expireAfter')}</dt><dd>${span(settings.expireAfter)}</dd>
            <dt>${t('about.retention')}</dt><dd>${span(settings.retention)}</dd>
            <dt>${t('about.ordering')}</dt><dd>${t(`ordering.${settings.ordering}`)}</dd>
            <dt>${t('about.httpsOnly')}</dt><dd>${t(settings.httpsOnly ? 'common.yes' : 'common.no')}</dd>
            <dt>${t('about.maxWebhooks')}</dt><dd>${number(settings.maxWebhooks)}</dd>
            <dt>${t('about.timeZone')}</dt><dd>${settings.timeZone}</dd>
          </dl>`}
        <//>
      </section>
      <p>${t('about.apiText')} <a href="/api/openapi.json">${t('about.api')}</a></p>
    </div>`;
}
