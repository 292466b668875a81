import { store, useStore } from './store.js';

/**
 * Texts in Czech and English. A file of texts holds `{cs, en}` with the same keys; a value is a sentence with
 * `{parameters}`, or one sentence for each plural form of `count` (CLDR categories, Intl.PluralRules).
 */
const LANGUAGES = ['en', 'cs'];
const KEPT = 'posel.language';
const texts = { en: {}, cs: {} };

const kept = localStorage.getItem(KEPT);
export const language = store(LANGUAGES.includes(kept) ? kept : preferred());

function preferred() {
  for (const wanted of navigator.languages ?? [navigator.language]) {
    const code = wanted.toLowerCase().split('-')[0];
    if (code === 'sk') return 'cs';
    if (LANGUAGES.includes(code)) return code;
  }
  return 'en';
}

export function chooseLanguage(code) {
  localStorage.setItem(KEPT, code);
  document.documentElement.lang = code;
  language.set(code);
}

export const useLanguage = () => useStore(language);

export function addTexts(more) {
  for (const code of LANGUAGES) Object.assign(texts[code], more[code]);
}

export const hasText = (key) => key in texts[language.get()];

function sentence(key, params) {
  const found = texts[language.get()][key];
  if (found === undefined) return key;
  if (typeof found === 'string') return found;
  return found[intl('PluralRules').select(params.count)] ?? found.other;
}

function shown(value) {
  return typeof value === 'number' ? number(value) : value;
}

/** The sentence of a key. */
export function t(key, params = {}) {
  return sentence(key, params).replace(/\{(\w+)\}/g, (all, name) => (name in params ? shown(params[name]) : all));
}

/** The same with elements among the parameters: a list of texts and elements. */
export function tt(key, params = {}) {
  return sentence(key, params)
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      return name && name in params ? shown(params[name]) : part;
    });
}

const made = new Map();

function intl(kind, options = {}) {
  const key = `${language.get()} ${kind} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl[kind](locale(), options));
  return made.get(key);
}

/** The reader's own variant of the language decides about dates: en-GB and en-US write them differently. */
function locale() {
  const own = (navigator.languages ?? []).find((each) => each.toLowerCase().startsWith(language.get()));
  return own ?? (language.get() === 'en' ? 'en-GB' : language.get());
}

export const number = (value, options) => intl('NumberFormat', options).format(value);
export const percent = (value) =>
  // 99.97 % must not read as 100 %
  number(value < 1 ? Math.floor(value * 1000) / 1000 : 1, { style: 'percent', maximumFractionDigits: 1 });
export const list = (values) => intl('ListFormat', { type: 'conjunction' }).format(values);
export const compare = (a, b) => intl('Collator', { numeric: true, sensitivity: 'base' }).compare(a, b);

/** Without diacritics and case: what somebody types who is in a hurry. */
export const plain = (text) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

const DAY = 86_400_000;

/** The shortest that is clear: the time alone for today, with the date otherwise. */
export function shortTime(at, now = Date.now(), seconds = true) {
  const time = new Date(at);
  const clock = { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) };
  const today = new Date(now);
  if (time.toDateString() === today.toDateString()) return intl('DateTimeFormat', clock).format(time);
  const year = time.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' };
  return intl('DateTimeFormat', { day: 'numeric', month: 'short', ...year, hour: '2-digit', minute: '2-digit' }).format(time);
}

export const longTime = (at) => intl('DateTimeFormat', { dateStyle: 'long', timeStyle: 'medium' }).format(new Date(at));
export const hourAndMinute = (at) => intl('DateTimeFormat', { hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** To the millisecond, with the zone: for tooltips. */
export const exactTime = (at) =>
  intl('DateTimeFormat', {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'long',
  }).format(new Date(at));

const STEPS = [
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** “2 hours ago”, “in 3 days”. */
export function relativeTime(at, now = Date.now()) {
  const away = new Date(at) - now;
  const [unit, length] = STEPS.find(([, each]) => Math.abs(away) >= each) ?? STEPS[3];
  // nearly three days are still three, but what was an hour and a half ago was not two hours ago
  const count = away > 0 ? Math.round(away / length) : Math.trunc(away / length);
  return intl('RelativeTimeFormat', { numeric: 'auto' }).format(count, unit);
}

/** A length of time in its greatest whole unit: “3 days”. */
export function length(milliseconds) {
  const [unit, each] = STEPS.find(([, size]) => milliseconds >= size) ?? STEPS[3];
  const value = milliseconds / each;
  return number(value, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** How long a request took. */
export const duration = (milliseconds) =>
  milliseconds < 1000
    ? number(milliseconds, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 })
    : number(milliseconds / 1000, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });

/** ISO-8601 such as `P3D` or `PT30S`, in milliseconds. */
export function isoDuration(text) {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text ?? '');
  if (!parts) return null;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return days * DAY + hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
