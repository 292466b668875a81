import { html, useEffect, useId, useState } from '../core/html.js';
import { list, shortTime, t } from '../core/i18n.js';
import { api, Refused } from '../core/api.js';
import { urlOf } from '../core/definition.js';
import { useLoad, useSettled } from '../core/load.js';
import { sentence, sentences } from './basics.js';
import { ExampleChoice, exampleOf } from './example-choice.js';
import { RequestView } from './request-view.js';

/**
 * The request that would be sent, while somebody types.
 *
 * @param onErrors gets what is wrong with the templates, by member
 * @param onDoubts gets the warnings that have a place in the body
 */
export function Preview({ form, webhook, types, onErrors, onDoubts }) {
  const id = useId();
  const [chosen, setChosen] = useState(null);
  const example = exampleOf(form.events, types, chosen);
  const headers = Object.fromEntries(form.headers.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]));
  const url = urlOf(form, webhook);
  const blank = /^([a-z]*:\/*)?$/i.test(form.address.trim());
  const asked = useSettled(JSON.stringify(example && !blank ? { url, body: form.hasBody && form.body.trim() ? form.body : null, headers, ...example } : null));
  const shown = useLoad(async () => {
    const question = JSON.parse(asked);
    return question && api.post('/api/preview', question.recent ? question : { ...question, recent: undefined });
  }, [asked]);

  useEffect(() => {
    const found = {};
    if (shown.error instanceof Refused) {
      for (const each of shown.error.errors) {
        const member = each.pointer.split('/')[1];
        if (['url', 'body', 'headers'].includes(member)) (found[member] ??= []).push(each);
      }
    }
    onErrors(found);
  }, [shown.error]);

  useEffect(() => {
    onDoubts(shown.error || !shown.data ? [] : shown.data.warnings.filter(({ pointer, params }) => pointer === '/body' && params.line));
  }, [shown.error, shown.data]);

  // what belongs to a field stands there
  const elsewhere = shown.error && !(shown.error instanceof Refused && shown.error.errors.every((each) => /^\/(url|body|headers)/.test(each.pointer)));
  const request = shown.error ? null : shown.data;
  const warnings = request ? request.warnings.filter((each) => !isSaidOfEvent(each, form, request)) : [];
  return html`<section class="card stack" aria-label=${t('preview.title')}>
    <h2>${t('preview.title')}</h2>
    ${example &&
    html`<div class="field">
      <label for=${id}>${t('preview.with')}</label>
      <${ExampleChoice} id=${id} events=${form.events} types=${types} choice=${example} onChange=${setChosen} />
    </div>`}
    ${elsewhere && html`<p class="note warn" role="status">${sentences(shown.error).join(' ')}</p>`}
    ${request
      ? html`${request.event &&
          html`<p class="hint">${t('preview.recentOf', { time: shortTime(request.event.acceptedAt), entity: `${request.event.entity.type} ${request.event.entity.id}` })}</p>`}
          <${RequestView} request=${request} />
          <p class="hint">${t('preview.more')}</p>
          ${(request.unknownVariables.length > 0 || warnings.length > 0) &&
          html`<div class="note warn">
            <strong>${t('preview.warnings')}</strong>
            <ul>
              ${warnings.map((each) => html`<li>${each.params.line && html`<strong>${t(FIELDS[each.pointer.split('/')[1]])}:</strong> `}${sentence(each, 'warning')}</li>`)}
              ${request.unknownVariables.length > 0 && html`<li>${t('preview.unknown', { variables: list(request.unknownVariables.map((each) => `#${each}#`)) })}</li>`}
            </ul>
          </div>`}`
      : html`<p class="quiet">${t(shown.error ? 'preview.wrong' : 'preview.empty')}</p>`}
  </section>`;
}

const FIELDS = { url: 'webhook.url', body: 'webhook.body', headers: 'webhook.headers' };

/** With one event type, a variable that the event does not have is one that the type does not have. */
function isSaidOfEvent(warning, form, { unknownVariables }) {
  return warning.code === 'unknown-variable' && form.events.length === 1 && unknownVariables.includes(warning.params.name);
}
