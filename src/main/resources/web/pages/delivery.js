import { html, useEffect, useState } from '../core/html.js';
import { addTexts, t } from '../core/i18n.js';
import { api, path, Refused, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { go, to } from '../core/router.js';
import { isSettled, reason, StateBadge, Timeline } from '../parts/attempts.js';
import { Copy, Icon, Loaded, Time, Title } from '../parts/basics.js';
import { catalogue, typeTitle } from '../parts/catalogue.js';
import { lastFilters } from '../parts/filters.js';
import { say } from '../parts/messages.js';
import { ReplayOne } from '../parts/replay.js';
import { RequestView } from '../parts/request-view.js';
import { supportText } from '../parts/support-text.js';
import { nameOf, useWebhooks, WebhookLink } from '../parts/webhook-names.js';
import texts from '../texts/deliveries.js';
import webhookTexts from '../texts/webhook.js';

addTexts(webhookTexts);
addTexts(texts);

const SOON = 1500;
const LATER = 15_000;

/** One delivery: what it was, what happened to it, and what was sent. */
export default function DeliveryPage({ rest: [id] }) {
  const [every, setEvery] = useState(SOON);
  const found = useLoad(() => api.get(path`/api/deliveries/${id}`), [id], { every });
  const types = useLoad(catalogue);
  useEffect(() => {
    // a settled one may still be sent again by somebody else
    if (found.data) setEvery(isSettled(found.data) ? LATER : SOON);
  }, [found.data]);
  const back = { href: to(['deliveries'], lastFilters.get()), text: t('delivery.back') };
  if (found.error instanceof Refused && (found.error.status === 404 || found.error.status === 400)) {
    return html`<${Title} back=${back}>${t('notFound.title')}<//><p>${t('delivery.gone')}</p>`;
  }
  return html`<${Loaded} of=${found}>
    ${(delivery) => html`<${Delivery} delivery=${delivery} types=${types.data} back=${back} reload=${() => found.reload(true)} />`}
  <//>`;
}

function Delivery({ delivery, types, back, reload }) {
  const { id, webhookId, eventId, eventType, entity, state, erased, acceptedAt, settledAt, attempts, request } = delivery;
  const mayChange = session.get()?.role === 'admin';
  const [asking, setAsking] = useState(false);
  const webhooks = useWebhooks([webhookId]);
  const webhookName = nameOf(webhooks, webhookId);
  const event = typeTitle(types, eventType);
  const remark = delivery.reason === 'erased' ? null : reason(delivery);
  const sent = (which) => {
    setAsking(false);
    say(t(which === id ? 'again.done' : 'again.doneNewest'));
    if (which === id) reload();
    else go(['deliveries', which]);
  };
  return html`<${Title}
      back=${back}
      under=${webhookName}
      actions=${html`<${Copy} label=${t('delivery.copy')} text=${() => supportText(delivery, { webhookName, event })} />
        ${mayChange && isSettled(delivery) && !erased && html`<button type="button" onClick=${() => setAsking(true)}><${Icon} name="send" />${t('delivery.again')}…</button>`}`}
      >${event}<//
    >
    <div class="stack">
      <div class=${`note ${{ delivered: 'good', dead: 'bad', held: 'warn' }[state] ?? 'info'}`} role="status">
        <div class="row"><${StateBadge} state=${state} /></div>
        <p>${t(`stateHelp.${state}`)}</p>
        ${remark && html`<p>${remark}</p>`}
        ${erased && html`<p>${t('delivery.erased')}</p>`}
      </div>
      <div class="workbench">
        <div class="stack">
          <section class="card stack" aria-label=${t('delivery.course')}>
            <h2>${t('delivery.course')}</h2>
            <${Timeline} delivery=${delivery} />
          </section>
          <section class="card stack" aria-label=${t('delivery.request')}>
            <div>
              <h2>${t(attempts.length > 0 ? 'delivery.request' : 'delivery.requestWould')}</h2>
              ${request && html`<p class="hint">${t('delivery.requestHint')}</p>`}
            </div>
            ${request ? html`<${RequestView} request=${request} />` : html`<p class="quiet">${t('delivery.noRequest')}</p>`}
          </section>
        </div>
        <section class="card stack" aria-label=${t('delivery.facts')}>
          <h2>${t('delivery.facts')}</h2>
          <dl class="facts narrow">
            <dt>${t('deliveries.webhook')}</dt>
            <dd><${WebhookLink} webhooks=${webhooks} id=${webhookId} /></dd>
            <dt>${t('deliveries.event')}</dt>
            <dd>${event} ${event !== eventType && html`<code class="quiet">${eventType}</code>`}</dd>
            <dt>${t('deliveries.entity')}</dt>
            <dd>
              <strong>${entity.type} ${entity.id}</strong>
              <div><a href=${to(['deliveries'], { entity: `${entity.type}:${entity.id}` })}>${t('delivery.allOfEntity', { entity: `${entity.type} ${entity.id}` })}</a></div>
            </dd>
            <dt>${t('delivery.accepted')}</dt>
            <dd><${Time} at=${acceptedAt} /></dd>
            <dt>${t('delivery.settled')}</dt>
            <dd>${settledAt ? html`<${Time} at=${settledAt} />` : html`<span class="quiet">${t('delivery.notYet')}</span>`}</dd>
            <dt>${t('delivery.eventId')}</dt>
            <dd>
              <code>${eventId}</code>
              <div><a href=${to(['deliveries'], { event: eventId })}>${t('delivery.allOfEvent')}</a></div>
            </dd>
            <dt>${t('delivery.id')}</dt>
            <dd><code>${id}</code><div class="hint">${t('delivery.idHint')}</div></dd>
          </dl>
        </section>
      </div>
    </div>
    ${asking &&
    html`<${ReplayOne}
      delivery=${delivery}
      webhook=${webhooks.get(webhookId)}
      webhookName=${webhookName}
      eventName=${event}
      onSent=${sent}
      onClose=${() => setAsking(false)}
    />`}`;
}
