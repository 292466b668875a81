import { html, useId, useState } from '../core/html.js';
import { duration, t } from '../core/i18n.js';
import { api, path } from '../core/api.js';
import { host } from '../core/url-parts.js';
import { why } from './attempts.js';
import { Dialog, Doing, Icon, Problem } from './basics.js';
import { ExampleChoice, exampleOf } from './example-choice.js';
import { RequestView } from './request-view.js';

/** Sends one real request after saying so, and shows what came of it. */
export function TestSend({ webhook, dirty, types, onSent }) {
  const [open, setOpen] = useState(false);
  return html`<section class="card stack">
    <h2>${t('test.title')}</h2>
    ${dirty ? html`<p class="quiet">${t('test.saveFirst')}</p>` : html`<p class="quiet">${t('test.text', { host: host(webhook.url) })}</p>`}
    <div><button type="button" disabled=${dirty} onClick=${() => setOpen(true)}><${Icon} name="send" />${t('test.send')}…</button></div>
    ${open && html`<${TestDialog} webhook=${webhook} types=${types} onClose=${() => (setOpen(false), onSent())} />`}
  </section>`;
}

function TestDialog({ webhook, types, onClose }) {
  const id = useId();
  const [chosen, setChosen] = useState(null);
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const example = exampleOf(webhook.events, types, chosen);
  const send = async () => {
    setError(null);
    setResult(null);
    try {
      setResult(await api.post(path`/api/webhooks/${webhook.id}/test`, example.recent ? example : { eventType: example.eventType }));
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<${Dialog}
    title=${t('test.title')}
    wide
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.close')}</button>
      <${Doing} className="primary" action=${send}>${t(result ? 'test.again' : 'test.send')}<//>`}
  >
    <p>${t('test.text', { host: host(webhook.url) })}</p>
    <div class="field">
      <label for=${id}>${t('preview.with')}</label>
      <${ExampleChoice} id=${id} events=${webhook.events} types=${types} choice=${example} onChange=${setChosen} />
    </div>
    <${Problem} error=${error} />
    ${result && html`<${Result} result=${result} />`}
  <//>`;
}

function Result({ result: { request, response, error } }) {
  const good = response && response.status >= 200 && response.status < 300;
  const told = response && { status: String(response.status), duration: duration(response.durationMs) };
  return html`<div class="stack">
    <p class=${`note ${good ? 'good' : 'bad'}`} role="status">
      ${response ? t(good ? 'test.arrived' : 'test.refused', told) : t('test.failed', { why: why({ ...error, error: error.code }) })}
    </p>
    ${response &&
    html`<div class="stack tight">
      <h3>${t('test.answer')}</h3>
      ${response.body ? html`<pre tabindex="0" aria-label=${t('test.answer')}>${response.body}</pre>` : html`<p class="quiet">${t('test.noAnswer')}</p>`}
    </div>`}
    ${request &&
    html`<div class="stack tight">
      <h3>${t('test.request')}</h3>
      <${RequestView} request=${request} />
    </div>`}
  </div>`;
}
