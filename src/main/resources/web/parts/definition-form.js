import { html, useEffect, useMemo, useRef, useState } from '../core/html.js';
import { language, t } from '../core/i18n.js';
import { MASK, split } from '../core/url-parts.js';
import { ALWAYS, valueAt } from '../core/variable.js';
import { Field, Icon, sentence } from './basics.js';
import { title } from './catalogue.js';
import { Conditions } from './conditions.js';
import { JsonField } from './json-field.js';
import { insertAtCaret, InsertVariable, variablesOf } from './variables.js';

const ORDERINGS = ['entity', 'entityType', 'none'];
const texts = (errors) => (errors ?? []).map((each) => sentence(each));

/**
 * The fields of a webhook.
 *
 * @param form as in core/definition.js
 * @param errors by member of the definition, as the interface tells them: `{url: [{code, params, detail}]}`
 * @param doubts warnings about the body, with their places
 */
export function DefinitionForm({ form, change, types, errors, doubts, readOnly, isNew }) {
  const variables = useMemo(() => variablesOf(types, form.events), [types, form.events, language.get()]);
  const name = useRef(null);
  useEffect(() => {
    if (isNew) setTimeout(() => name.current?.focus());
  }, [isNew]);
  const common = { form, change, types, errors, readOnly, variables };
  return html`<fieldset class="stack" disabled=${readOnly}>
    <section class="card stack">
      <h2 class="visually-hidden">${t('webhook.name')}</h2>
      <${Field} label=${t('webhook.name')} hint=${t('webhook.nameHint')} errors=${texts(errors.name)}>
        ${(attributes) =>
          html`<input ...${attributes} ref=${name} type="text" maxlength="200" required autocomplete="off" value=${form.name} onInput=${(event) => change({ name: event.target.value })} />`}
      <//>
      ${isNew &&
      html`<label class="check">
        <input type="checkbox" checked=${form.enabled} onChange=${(event) => change({ enabled: event.target.checked })} />
        <span>${t('webhook.enabled')}<span class="hint">${t('webhook.enabledHint')}</span></span>
      </label>`}
    </section>
    <section class="card stack">
      <h2>${t('webhook.when')}</h2>
      <${Triggers} ...${common} />
      <${Conditions} ...${common} errors=${texts(errors.filter)} />
    </section>
    <section class="card stack">
      <h2>${t('webhook.where')}</h2>
      <${Address} ...${common} />
      <${Headers} ...${common} />
    </section>
    <section class="card stack">
      <h2>${t('webhook.message')}</h2>
      <${Body} ...${common} doubts=${doubts} />
    </section>
    <section class="card stack">
      <h2>${t('webhook.order')}</h2>
      <fieldset class="choice">
        <legend>${t('webhook.orderLegend')}</legend>
        ${ORDERINGS.map(
          (ordering) => html`<label class="check" key=${ordering}>
            <input type="radio" name="ordering" value=${ordering} checked=${form.ordering === ordering} onChange=${() => change({ ordering })} />
            <span>${t(`ordering.${ordering}`)}<span class="hint">${t(`orderingHelp.${ordering}`)}</span></span>
          </label>`,
        )}
      </fieldset>
      <details open=${form.concurrency !== '' || form.rateLimit !== '' || Boolean(errors.concurrency || errors.rateLimit)}>
        <summary>${t('webhook.limits')}</summary>
        <div class="fields">
          <${Field} label=${t('webhook.rateLimit')} hint=${t('webhook.rateLimitHint')} errors=${texts(errors.rateLimit)}>
            ${(attributes) => html`<input ...${attributes} inputmode="decimal" value=${form.rateLimit} onInput=${(event) => change({ rateLimit: event.target.value })} />`}
          <//>
          <${Field} label=${t('webhook.concurrency')} hint=${t('webhook.concurrencyHint')} errors=${texts(errors.concurrency)}>
            ${(attributes) => html`<input ...${attributes} inputmode="numeric" value=${form.concurrency} onInput=${(event) => change({ concurrency: event.target.value })} />`}
          <//>
        </div>
      </details>
    </section>
  </fieldset>`;
}

/** What it sends on: the catalogue by its titles, and other types by their code. */
function Triggers({ form, change, types, errors, readOnly }) {
  const [other, setOther] = useState('');
  const unknown = form.events.filter((each) => !types.some((known) => known.type === each));
  const toggle = (type, on) => change({ events: on ? [...form.events, type] : form.events.filter((each) => each !== type) });
  const add = () => {
    const type = other.trim();
    if (type && !form.events.includes(type)) toggle(type, true);
    setOther('');
  };
  const wrong = texts(errors.events);
  return html`<fieldset class=${`stack tight ${wrong.length > 0 ? 'wrong' : ''}`}>
      <legend class="label">${t('webhook.trigger')}</legend>
      <p class="hint">${t('webhook.triggerHint')}</p>
      ${wrong.length > 0 && html`<p class="error">${wrong.join(' ')}</p>`}
      <div class="fields">
        ${types.map(
          (each, i) => html`<label class="check" key=${each.type}>
            <input
              type="checkbox"
              checked=${form.events.includes(each.type)}
              aria-invalid=${(i === 0 && wrong.length > 0) || undefined}
              onChange=${(event) => toggle(each.type, event.target.checked)}
            />
            <span>${title(each.title, each.type)}<span class="hint">${each.type}</span></span>
          </label>`,
        )}
        ${unknown.map(
          (type) => html`<label class="check" key=${type}><input type="checkbox" checked onChange=${() => toggle(type, false)} /><span class="break">${type}</span></label>`,
        )}
      </div>
    </fieldset>
    ${!readOnly &&
    html`<details>
      <summary>${t('webhook.otherType')}</summary>
      <${Field} label=${t('webhook.otherType')} hint=${t('webhook.otherTypeHint')}>
        ${(attributes) => html`<div class="row">
          <input
            ...${attributes}
            class="grow"
            style=${{ width: 'auto' }}
            value=${other}
            onInput=${(event) => setOther(event.target.value)}
            onKeyDown=${(event) => event.key === 'Enter' && (event.preventDefault(), add())}
          />
          <button type="button" onClick=${add}>${t('webhook.add')}</button>
        </div>`}
      <//>
    </details>`}`;
}

function Address({ form, change, types, errors, readOnly, variables }) {
  const input = useRef(null);
  const [moved, setMoved] = useState(false);
  // secrets belong into fields of their own: there they are hidden, and encoded
  const tidy = () => {
    const parts = split(form.address);
    if (parts.user || parts.password || parts.keys.length > 0) {
      setMoved(true);
      change({
        address: parts.address,
        user: parts.user || form.user,
        password: parts.password || form.password,
        keys: [...form.keys, ...parts.keys],
      });
    }
  };
  const set = (i, part) => change({ keys: form.keys.map((each, at) => (at === i ? { ...each, ...part } : each)) });
  return html`<${Field} label=${t('webhook.url')} hint=${t('webhook.urlHint')} errors=${texts(errors.url)}>
      ${(attributes) =>
        html`<input
          ...${attributes}
          ref=${input}
          type="text"
          class="mono"
          inputmode="url"
          spellcheck=${false}
          autocapitalize="off"
          autocomplete="off"
          required
          value=${form.address}
          onInput=${(event) => change({ address: event.target.value })}
          onBlur=${tidy}
        />`}
    <//>
    ${!readOnly &&
    html`<div class="row"><${InsertVariable} variables=${variables} types=${types} label=${t('webhook.url')} onPick=${(text) => insertAtCaret(input.current, text)} /></div>`}
    ${moved && html`<p class="note info" role="status">${t('webhook.moved')}</p>`}
    <details open=${Boolean(form.user || form.password || form.keys.length > 0)}>
      <summary>${t('webhook.signIn')}</summary>
      <div class="stack">
        <div class="fields">
          <${Field} label=${t('webhook.user')} optional>
            ${(attributes) => html`<input ...${attributes} autocomplete="off" value=${form.user} onInput=${(event) => change({ user: event.target.value })} />`}
          <//>
          <${Field} label=${t('webhook.password')} optional hint=${form.password === MASK ? t('webhook.kept') : undefined}>
            ${(attributes) => html`<${SecretInput} attributes=${attributes} value=${form.password} onChange=${(password) => change({ password })} />`}
          <//>
        </div>
        <div class="stack tight" role="group" aria-label=${t('webhook.keys')}>
          <p class="label">${t('webhook.keys')}</p>
          <p class="hint">${t('webhook.keysHint')}</p>
          ${form.keys.map(
            ({ name, value }, i) => html`<div class="row" key=${i}>
              <input class="grow" style=${{ width: 'auto' }} value=${name} aria-label=${t('webhook.keyName')} placeholder=${t('webhook.keyName')} onInput=${(event) => set(i, { name: event.target.value })} />
              <div class="grow"><${SecretInput} attributes=${{ 'aria-label': t('webhook.keyValue'), placeholder: t('webhook.keyValue') }} value=${value} onChange=${(changed) => set(i, { value: changed })} /></div>
              <${RemoveRow} name=${name || t('webhook.keyName')} onRemove=${() => change({ keys: form.keys.filter((each, at) => at !== i) })} />
            </div>`,
          )}
          <div><button type="button" class="small" onClick=${() => change({ keys: [...form.keys, { name: '', value: '' }] })}><${Icon} name="plus" />${t('webhook.addKey')}</button></div>
        </div>
      </div>
    </details>`;
}

/** A secret that is stored is no text that one could read: it stays until another one is written. */
function SecretInput({ attributes, value, onChange }) {
  return html`<input
    ...${attributes}
    type="password"
    autocomplete="new-password"
    value=${value === MASK ? '' : value}
    placeholder=${value === MASK ? '••••••••' : attributes.placeholder}
    onInput=${(event) => onChange(event.target.value)}
  />`;
}

function Headers({ form, change, types, errors, variables }) {
  const inputs = useRef([]);
  const set = (i, part) => change({ headers: form.headers.map((each, at) => (at === i ? { ...each, ...part } : each)) });
  const wrong = texts(errors.headers);
  return html`<div class="stack tight" role="group" aria-label=${t('webhook.headers')}>
    <p class="label">${t('webhook.headers')} <span class="quiet">(${t('common.optional')})</span></p>
    <p class="hint">${t('webhook.headersHint')}</p>
    ${wrong.length > 0 && html`<p class="error">${wrong.join(' ')}</p>`}
    ${form.headers.map(
      ({ name, value }, i) => html`<div class="row" key=${i}>
        <input
          class="grow mono"
          style=${{ width: 'auto' }}
          value=${name}
          aria-label=${t('webhook.headerName')}
          aria-invalid=${wrong.length > 0 || undefined}
          placeholder="X-Api-Key"
          autocomplete="off"
          onInput=${(event) => set(i, { name: event.target.value })}
        />
        <input
          ref=${(input) => (inputs.current[i] = input)}
          class="grow mono"
          style=${{ width: 'auto' }}
          value=${value === MASK ? '' : value}
          aria-label=${t('webhook.headerValue')}
          placeholder=${value === MASK ? '••••••••' : t('webhook.headerValue')}
          autocomplete="off"
          onInput=${(event) => set(i, { value: event.target.value })}
        />
        <${InsertVariable} variables=${variables} types=${types} label=${name || t('webhook.headerValue')} onPick=${(text) => insertAtCaret(inputs.current[i], text)} />
        <${RemoveRow} name=${name || t('webhook.headerName')} onRemove=${() => change({ headers: form.headers.filter((each, at) => at !== i) })} />
      </div>`,
    )}
    <div><button type="button" class="small" onClick=${() => change({ headers: [...form.headers, { name: '', value: '' }] })}><${Icon} name="plus" />${t('webhook.addHeader')}</button></div>
  </div>`;
}

const RemoveRow = ({ name, onRemove }) =>
  html`<button type="button" class="icon" aria-label=${t('webhook.removeRow', { name })} onClick=${onRemove}><${Icon} name="close" /></button>`;

function Body({ form, change, types, errors, doubts, readOnly, variables }) {
  const editor = useRef(null);
  const wrong = errors.body ?? [];
  const marks = useMemo(
    () => [...wrong.filter(({ params }) => params.line).map((each) => mark(each, 'problem', 'error')), ...doubts.map((each) => mark(each, 'warning', 'warning'))],
    [JSON.stringify(wrong), JSON.stringify(doubts), language.get()],
  );
  const offered = useMemo(() => variables.map(({ name, what }) => ({ name, what })), [variables]);
  const type = types.find((each) => form.events.includes(each.type));
  const start = () => {
    if (form.body.trim() === '' || confirm(t('webhook.starterReplaces'))) change({ body: starter(variables, type) });
  };
  return html`<fieldset class="choice">
      <legend>${t('webhook.method')}</legend>
      ${[[true, 'post'], [false, 'get']].map(
        ([hasBody, method]) => html`<label class="check" key=${method}>
          <input type="radio" name="method" checked=${form.hasBody === hasBody} onChange=${() => change({ hasBody })} />
          <span>${t(`webhook.${method}`)}<span class="hint">${t(`webhook.${method}Help`)}</span></span>
        </label>`,
      )}
    </fieldset>
    ${form.hasBody &&
    html`<div class="field">
      <span class="label" aria-hidden="true">${t('webhook.body')}</span>
      <${JsonField} value=${form.body} onChange=${(body) => change({ body })} errors=${marks} offered=${offered} label=${t('webhook.body')} readOnly=${readOnly} attributes=${{}} into=${editor} />
      ${texts(wrong).map((text) => html`<p class="error">${text}</p>`)}
      <p class="hint">${t(form.body.trim() === '' ? 'webhook.bodyEmpty' : 'webhook.bodyHint')}</p>
      ${!readOnly &&
      html`<div class="row">
        <${InsertVariable} variables=${variables} types=${types} onPick=${(text) => editor.current.insert(text)} />
        ${type && html`<button type="button" class="small" onClick=${start}>${t('webhook.starter')}</button>`}
      </div>`}
    </div>`}`;
}

const mark = (each, kind, severity) => ({ line: each.params.line, column: each.params.column, message: sentence(each, kind), severity });

/** A body with all variables that the chosen events have in common, nested as their names say. */
function starter(variables, type) {
  const body = {};
  for (const { name, only } of variables) {
    if (only.length > 0 || ALWAYS.includes(name)) continue;
    const path = name.split('.');
    const last = path.pop();
    let at = body;
    path.forEach((segment, i) => {
      if (typeof at[segment] !== 'object') at[segment] = Array.isArray(valueAt(type?.sample, path.slice(0, i + 1).join('.'))) ? [] : {};
      at = at[segment];
    });
    at[last] = typeof valueAt(type?.sample, name) === 'string' ? `#${name}#` : { raw: `#${name}#` };
  }
  // numbers, booleans and what has parts keep their own type: without quotes
  return JSON.stringify(body, null, 2).replace(/\{\s*"raw": "(#[^"#]+#)"\s*\}/g, '$1');
}
