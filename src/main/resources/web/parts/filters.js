import { html, useEffect, useId, useRef, useState } from '../core/html.js';
import { compare, t, zone } from '../core/i18n.js';
import { store } from '../core/store.js';
import { Field } from './basics.js';
import { title } from './catalogue.js';

export const STATES = ['delivered', 'queued', 'held', 'dead', 'skipped'];
const NAMES = ['webhook', 'state', 'type', 'entity', 'event', 'from', 'to'];
/** How the list was filtered when somebody looked at it last: there the way back from a delivery leads. */
export const lastFilters = store({});
const MORE = ['type', 'entity', 'event', 'from', 'to'];

/** What the interface is asked for: of an address only what filters, and only where there is something. */
export const filtersOf = (query) =>
  Object.fromEntries(NAMES.map((name) => [name, query[name]?.trim()]).filter(([name, value]) => value && !(name === 'entity' && value.startsWith(':'))));

export const statesOf = (query) => (query.state ?? '').split(',').filter((each) => STATES.includes(each));

/** @param change gets what differs: `{state: 'dead,skipped'}`, empty for what no longer filters */
export function Filters({ query, change, webhooks, listed, types }) {
  const [roomy] = useState(() => matchMedia('(min-width: 48.01rem)').matches);
  const states = statesOf(query);
  const toggle = (state) => {
    const now = states.includes(state) ? states.filter((each) => each !== state) : STATES.filter((each) => each === state || states.includes(each));
    change({ state: now.join() });
  };
  const webhook = html`<${WebhookChoice} value=${query.webhook ?? ''} onValue=${(id) => change({ webhook: id })} webhooks=${webhooks} listed=${listed} />`;
  const what = html`<${TypeChoice} value=${query.type ?? ''} onValue=${(type) => change({ type })} types=${types} />
    <${EntityChoice} value=${query.entity ?? ''} onValue=${(entity) => change({ entity })} types=${types} />
    <${Field} label=${t('filter.eventId')}>
      ${(attributes) => html`<${Typed} ...${attributes} class="mono" placeholder=${t('filter.eventIdHint')} value=${query.event ?? ''} onValue=${(event) => change({ event })} />`}
    <//>`;
  const state = html`<fieldset class="field states">
    <legend class="label">${t('deliveries.state')}</legend>
    <div class="row">
      ${STATES.map(
        (each) => html`<label class="check" key=${each} title=${t(`stateHelp.${each}`)}>
          <input type="checkbox" checked=${states.includes(each)} onChange=${() => toggle(each)} />${t(`state.${each}`)}
        </label>`,
      )}
    </div>
  </fieldset>`;
  const when = html`<${Period} from=${query.from} to=${query.to} change=${change} />`;
  return html`<section class="card stack filters" aria-label=${t('filter.title')}>
    ${roomy
      ? html`<div class="fields">${webhook} ${what}</div>
          <div class="row top">${state} ${when}</div>`
      : html`${webhook} ${state}
          <details open=${MORE.some((name) => query[name])}>
            <summary>${t('filter.more')}</summary>
            <div class="stack">${what} ${when}</div>
          </details>`}
    ${Object.keys(filtersOf(query)).length > 0 &&
    html`<div class="row">
      <button type="button" class="small" onClick=${() => change(Object.fromEntries(NAMES.map((name) => [name, ''])))}>${t('common.clear')}</button>
    </div>`}
  </section>`;
}

/** @param listed `{items, more}`: those to choose from, and whether there are more than that */
function WebhookChoice({ value, onValue, webhooks, listed }) {
  const items = listed?.items ?? [];
  const chosen = items.some((each) => each.id === value) ? [] : [webhooks.get(value) ?? { id: value, name: value }];
  const all = [...items, ...(value ? chosen : [])].sort((a, b) => compare(a.name, b.name));
  const there = all.filter((each) => !each.deletedAt);
  const deleted = all.filter((each) => each.deletedAt);
  const option = ({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`;
  return html`<${Field} label=${t('deliveries.webhook')} hint=${listed?.more && t('filter.tooMany', { count: items.length })}>
    ${(attributes) => html`<select ...${attributes} value=${value} onChange=${(event) => onValue(event.target.value)}>
      <option value="">${t('filter.allWebhooks')}</option>
      ${there.map(option)} ${deleted.length > 0 && html`<optgroup label=${t('filter.deleted')}>${deleted.map(option)}</optgroup>`}
    </select>`}
  <//>`;
}

const OTHER = ' other';

function TypeChoice({ value, onValue, types }) {
  const [other, setOther] = useState(false);
  const known = (types ?? []).map(({ type, title: titles }) => ({ type, name: title(titles, type) })).sort((a, b) => compare(a.name, b.name));
  const isOther = value ? types !== undefined && !known.some(({ type }) => type === value) : other;
  const choose = (event) => {
    const isNow = event.target.value === OTHER;
    setOther(isNow);
    onValue(isNow ? '' : event.target.value);
  };
  return html`<div class="stack tight">
    <${Field} label=${t('filter.type')}>
      ${(attributes) => html`<select ...${attributes} value=${isOther ? OTHER : value} onChange=${choose}>
        <option value="">${t('filter.allTypes')}</option>
        ${known.map(({ type, name }) => html`<option key=${type} value=${type}>${name}</option>`)}
        <option value=${OTHER}>${t('filter.otherType')}</option>
      </select>`}
    <//>
    ${isOther &&
    html`<${Typed}
      class="mono"
      aria-label=${t('filter.code')}
      placeholder=${t('filter.codeHint')}
      value=${value}
      onValue=${(type) => {
        setOther(true);
        onValue(type);
      }}
    />`}
  </div>`;
}

/** `customer:42` as its two parts. It filters when there is a number. */
function EntityChoice({ value, onValue, types }) {
  const id = useId();
  const kinds = [...new Set((types ?? []).map((each) => each.entityType))].sort();
  const at = value.indexOf(':');
  const [typed, setTyped] = useState(null);
  const kind = at > 0 ? value.slice(0, at) : (typed ?? kinds[0] ?? '');
  const number = value.slice(at + 1);
  const tell = (nowKind, nowNumber) => {
    setTyped(nowKind);
    onValue(nowNumber.trim() ? `${nowKind.trim()}:${nowNumber.trim()}` : '');
  };
  const missing = number && !kind;
  return html`<div class="field" role="group" aria-labelledby=${id}>
    <span class="label" id=${id}>${t('filter.entity')}</span>
    <div class="row pair">
      <${Typed} list=${`${id}-kinds`} aria-label=${t('filter.kind')} placeholder="customer" autocomplete="off" value=${kind} onValue=${(now) => tell(now, number)} />
      <${Typed} aria-label=${t('filter.number')} placeholder="42" autocomplete="off" value=${number} onValue=${(now) => tell(kind, now)} />
      <datalist id=${`${id}-kinds`}>${kinds.map((each) => html`<option value=${each}></option>`)}</datalist>
    </div>
    ${missing && html`<p class="error">${t('filter.kindMissing')}</p>`}
  </div>`;
}

/** From and to in the reader's own time, and which that is. */
export function Period({ from, to, change }) {
  return html`<${Field} label=${t('filter.from')} hint=${t('common.zone', { zone: zone() })}>
      ${(attributes) => html`<${Typed} ...${attributes} type="datetime-local" value=${localTime(from)} onValue=${(local) => change({ from: withOffset(local) })} />`}
    <//>
    <${Field} label=${t('filter.to')}>
      ${(attributes) => html`<${Typed} ...${attributes} type="datetime-local" value=${localTime(to)} onValue=${(local) => change({ to: withOffset(local) })} />`}
    <//>`;
}

const two = (number) => String(number).padStart(2, '0');

/** `2026-11-22T10:00:00+01:00` as a field of local time holds it. */
export function localTime(iso) {
  const time = new Date(iso ?? '');
  if (Number.isNaN(time.getTime())) return '';
  const seconds = time.getSeconds() ? `:${two(time.getSeconds())}` : '';
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}${seconds}`;
}

/** And back, with the offset that holds here at that time. */
export function withOffset(local) {
  if (!local) return '';
  const minutes = -new Date(local).getTimezoneOffset();
  const away = Math.abs(minutes);
  return `${local.length === 16 ? `${local}:00` : local}${minutes < 0 ? '-' : '+'}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}

/** A field that tells what is in it when somebody has stopped typing. */
export function Typed({ value, onValue, ...attributes }) {
  const [text, setText] = useState(value);
  const timer = useRef(null);
  const telling = useRef(onValue);
  telling.current = onValue;
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (event) => {
    const now = event.target.value;
    setText(now);
    clearTimeout(timer.current);
    // who types a year begins with 0002
    if (attributes.type === 'datetime-local' && now && now < '1970') return;
    timer.current = setTimeout(() => telling.current(now), 400);
  };
  return html`<input ...${attributes} value=${text} onInput=${typed} spellcheck=${false} />`;
}
