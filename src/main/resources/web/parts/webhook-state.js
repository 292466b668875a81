import { html } from '../core/html.js';
import { t, tt } from '../core/i18n.js';
import { Badge, Time } from './basics.js';

const TONES = { active: 'good', disabled: '', failing: 'bad', expired: 'warn', deleted: '' };

const stateOf = (webhook) => (webhook.deletedAt ? 'deleted' : webhook.state);

/** The state at a glance, and beside it since when or until when. */
export function WebhookState({ webhook }) {
  const state = stateOf(webhook);
  return html`<span class="row" style=${{ gap: '.25rem .5rem' }}>
    <${Badge} tone=${TONES[state]}>${t(`webhookState.${state}`)}<//>
    <span class="hint">${remark(webhook, state)}</span>
  </span>`;
}

function remark(webhook, state) {
  if (state === 'deleted') return tt('webhooks.deletedAt', { time: html`<${Time} at=${webhook.deletedAt} />` });
  if (state === 'expired') return webhook.expiresAt && tt('webhooks.expiredAt', { time: html`<${Time} at=${webhook.expiresAt} />` });
  if (webhook.reason === 'gone') return t('webhooks.gone');
  const remarks = [];
  if (webhook.failingSince) {
    remarks.push(tt('webhooks.failingSince', { time: html`<${Time} at=${webhook.failingSince} />` }));
    if (webhook.expiresAt) remarks.push(tt('webhooks.goes', { time: html`<${Time} at=${webhook.expiresAt} relative />` }));
  }
  if (webhook.pausedUntil) remarks.push(tt('webhooks.pausedUntil', { time: html`<${Time} at=${webhook.pausedUntil} />` }));
  return remarks.map((each, i) => (i ? html`; ${each}` : each));
}
