import { html, useState } from '../core/html.js';
import { t } from '../core/i18n.js';
import { api, path } from '../core/api.js';
import { Copy, Dialog, Doing, Problem } from './basics.js';

/** The signing secret of a webhook: made or rotated here, and shown once. */
export function Secret({ webhook, onChanged }) {
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState(null);
  const [error, setError] = useState(null);
  const make = async () => {
    setError(null);
    try {
      setSecret((await api.post(path`/api/webhooks/${webhook.id}/secret`)).secret);
      setAsking(false);
    } catch (failure) {
      setError(failure);
    }
  };
  const done = () => {
    setSecret(null);
    onChanged();
  };
  return html`<section class="card stack">
    <h2>${t('secret.title')}</h2>
    <p class="quiet">${t(webhook.signed ? 'secret.some' : 'secret.none')}</p>
    <div><button type="button" onClick=${() => setAsking(true)}>${t(webhook.signed ? 'secret.rotate' : 'secret.create')}…</button></div>
    ${asking &&
    html`<${Dialog}
      title=${t(webhook.signed ? 'secret.rotate' : 'secret.create')}
      onClose=${() => setAsking(false)}
      footer=${html`<button type="button" onClick=${() => setAsking(false)}>${t('common.cancel')}</button>
        <${Doing} className="primary" action=${make}>${t(webhook.signed ? 'secret.rotate' : 'secret.create')}<//>`}
    >
      <p>${t(webhook.signed ? 'secret.rotateText' : 'secret.none')}</p>
      <${Problem} error=${error} />
    <//>`}
    ${secret &&
    html`<${Dialog} title=${t('secret.label')} onClose=${done} footer=${html`<button type="button" class="primary" onClick=${done}>${t('secret.understood')}</button>`}>
      <p>${t('secret.shown')}</p>
      <pre aria-label=${t('secret.label')}>${secret}</pre>
      <div><${Copy} text=${secret} /></div>
    <//>`}
  </section>`;
}
