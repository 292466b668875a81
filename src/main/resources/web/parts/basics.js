import { html, useEffect, useId, useRef, useState } from '../core/html.js';
import { exactTime, hasText, relativeTime, shortTime, t } from '../core/i18n.js';
import { Refused, Unreachable } from '../core/api.js';

/** A time as people say it; the exact one, with its zone, in the tooltip. */
export function Time({ at, relative = false }) {
  if (!at) return html`<span class="quiet">${t('common.never')}</span>`;
  return html`<time datetime=${at} title=${exactTime(at)}>${relative ? relativeTime(at) : shortTime(at)}</time>`;
}

export const Loading = () =>
  html`<p class="loading" role="status"><span class="spinner" aria-hidden="true"></span> ${t('common.loading')}</p>`;

/** One error or warning of Posel as a sentence; in English as Posel says it where there is no translation yet. */
export function sentence({ code, params = {}, detail }, kind = 'problem') {
  const key = [...(params.suggestion ? [`${kind}.${code}-suggestion`] : []), `${kind}.${code}`, `problem.${code}`].find(hasText);
  return key ? t(key, params) : t('problem.unknown', { detail });
}

export function sentences(error) {
  if (error instanceof Unreachable) return [t('problem.unreachable')];
  if (error instanceof Refused && error.errors.length > 0) return error.errors.map((each) => sentence(each));
  return [t('problem.unknown', { detail: error.detail || error.message })];
}

/** What went wrong, in sentences. */
export function Problem({ error, children }) {
  if (!error) return null;
  const all = [...new Set(sentences(error))];
  return html`<div class="note bad" role="alert">
    ${all.length === 1 ? html`<p>${all[0]}</p>` : html`<p>${t('problem.heading')}</p><ul>${all.map((each) => html`<li>${each}</li>`)}</ul>`}
    ${children}
  </div>`;
}

/** What is fetched: spinner, problem, or what `children` makes of it. */
export function Loaded({ of, children }) {
  if (of.data !== undefined) return html`<${Problem} error=${of.error instanceof Unreachable ? null : of.error} />${children(of.data)}`;
  if (!of.error) return html`<${Loading} />`;
  return html`<${Problem} error=${of.error}>
    <div><button type="button" onClick=${() => of.reload()}>${t('common.tryAgain')}</button></div>
  <//>`;
}

/**
 * A labelled field. `children` gets the attributes of the control: id, what describes it, whether it is invalid.
 *
 * @param errors sentences
 */
export function Field({ label, hint, errors = [], optional, children, className = '' }) {
  const id = useId();
  const described = [hint && `${id}-hint`, errors.length > 0 && `${id}-error`].filter(Boolean).join(' ');
  const attributes = { id, 'aria-describedby': described || undefined, 'aria-invalid': errors.length > 0 || undefined };
  return html`<div class=${`field ${className}`}>
    <label for=${id}>${label}${optional && html` <span class="quiet">(${t('common.optional')})</span>`}</label>
    ${children(attributes)}
    ${errors.length > 0 && html`<p class="error" id=${`${id}-error`}>${errors.join(' ')}</p>`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** A dialog over the page, from the browser: it keeps the focus, and Escape closes it. */
export function Dialog({ title, wide, onClose, footer, children }) {
  const element = useRef(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog
    ref=${element}
    class=${wide ? 'wide' : ''}
    aria-labelledby=${heading}
    onCancel=${(event) => {
      event.preventDefault();
      onClose();
    }}
  >
    <header>
      <h2 id=${heading}>${title}</h2>
      <button type="button" class="icon" aria-label=${t('common.close')} onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    <div class="content">${children}</div>
    ${footer && html`<footer>${footer}</footer>`}
  </dialog>`;
}

/** A button that does something which takes a while: it says so, and cannot be pressed twice. */
export function Doing({ action, children, className = '', ...attributes }) {
  const [busy, setBusy] = useState(false);
  const there = useRef(true);
  useEffect(() => () => void (there.current = false), []);
  const press = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      await action();
    } finally {
      if (there.current) setBusy(false);
    }
  };
  return html`<button type="button" ...${attributes} class=${className} aria-disabled=${busy || undefined} onClick=${press}>
    ${busy && html`<span class="spinner" aria-hidden="true"></span>`}${children}
  </button>`;
}

/** Copies, and says that it did. */
export function Copy({ text, label }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copied(typeof text === 'function' ? await text() : text);
    setDone(true);
    setTimeout(() => setDone(false), 2500);
  };
  return html`<button type="button" class="small" onClick=${copy}>
    <${Icon} name=${done ? 'check' : 'copy'} /><span aria-live="polite">${done ? t('common.copied') : (label ?? t('common.copy'))}</span>
  </button>`;
}

/** Over plain HTTP to another name than localhost browsers have no clipboard for pages. */
async function copied(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

const ICONS = {
  webhooks: 'M9 7a3 3 0 1 1 4.2 2.7L16 15m-8.5 4a3 3 0 1 1 0-6h7m3.500 0a3 3 0 1 1-2.600 4.500M12 8.500 8.500 15',
  deliveries: 'M3 5h18v14H3zM3 6l9 7 9-7',
  overview: 'M4 20V4m0 16h16M8 16v-4m4 4V8m4 8v-6',
  'event-types': 'M4 6h16M4 12h16M4 18h10',
  sources: 'M4 6c0-1.700 3.600-3 8-3s8 1.300 8 3-3.600 3-8 3-8-1.300-8-3zm0 0v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  audit: 'M12 7v5l3 2m6-2a9 9 0 1 1-3-6.700M21 3v5h-5',
  access: 'M15 8a3.500 3.500 0 1 0-6.900.8L3 14v3h3v-2h2v-2h2l1.200-1.300A3.500 3.500 0 0 0 15 8z',
  about: 'M12 11v6m0-9.500v.5M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M4 12l5 5L20 6',
  plus: 'M12 5v14M5 12h14',
  braces: 'M8 4c-3 0-1 7-4 8 3 1 1 8 4 8M16 4c3 0 1 7 4 8-3 1-1 8-4 8',
  send: 'M4 12 20 4l-6 16-3-6z',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  search: 'M16 16l5 5M18 10.500a7.500 7.500 0 1 1-15 0 7.500 7.500 0 0 1 15 0z',
};

export const Icon = ({ name }) =>
  html`<svg viewBox="0 0 24 24" width="1.1em" height="1.1em" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;

export const Title = ({ children, under, actions, back }) => {
  const text = [children].flat().filter((each) => typeof each === 'string' || typeof each === 'number').join('');
  useEffect(() => {
    document.title = text ? `${text} · Posel` : 'Posel';
  }, [text]);
  return html`${back && html`<a class="back" href=${back.href}>← ${back.text}</a>`}
    <div class="title">
      <div>
        <h1>${children}</h1>
        ${under && html`<p class="under">${under}</p>`}
      </div>
      ${actions && html`<div class="row">${actions}</div>`}
    </div>`;
};

export const Badge = ({ tone = '', children }) => html`<span class=${`badge ${tone}`}>${children}</span>`;
