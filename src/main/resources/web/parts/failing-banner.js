import { html } from '../core/html.js';
import { t, shortTime } from '../core/i18n.js';
import { api } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { to, usePlace } from '../core/router.js';

const SHOWN = 3;

/** On every page while a webhook fails: which one, since when, until when, and what to do. */
export function FailingBanner() {
  const failing = useLoad(() => api.get('/api/webhooks', { state: 'failing', limit: SHOWN + 20 }), [], { every: 15_000 });
  const { segments } = usePlace();
  const items = failing.data?.items ?? [];
  // its own page says the same at greater length
  const shown = items.filter((each) => !(segments[0] === 'webhooks' && segments[1] === each.id)).slice(0, SHOWN);
  const more = items.length - SHOWN;
  return html`${shown.map((each) => html`<${Failing} key=${each.id} webhook=${each} />`)}
    ${more > 0 && html`<p class="note bad"><a href=${to(['webhooks'], { state: 'failing' })}>${t('banner.more', { count: more })}</a></p>`}`;
}

function Failing({ webhook }) {
  return html`<section class="note bad" aria-label=${t('banner.failing', { name: webhook.name, since: shortTime(webhook.failingSince) })}>
    <p>
      <strong>${t('banner.failing', { name: webhook.name, since: shortTime(webhook.failingSince) })}</strong>${' '}
      ${webhook.deadCount > 0 && `${t('banner.dead', { count: webhook.deadCount })} `}
      ${webhook.expiresAt && t('banner.until', { until: shortTime(webhook.expiresAt) })}
    </p>
    <p>${t('banner.help')}</p>
    <div class="row">
      <a class="button small" href=${to(['deliveries'], { webhook: webhook.id, state: 'dead' })}>${t('banner.look')}</a>
      <a class="button small" href=${to(['webhooks', webhook.id])}>${t('banner.edit')}</a>
    </div>
  </section>`;
}
