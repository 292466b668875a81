import { html } from '../core/html.js';
import { t } from '../core/i18n.js';
import { typeTitle } from './catalogue.js';

/** What a request is filled with: the sample of one of the webhook's events, or the newest real one. `choice` is `{eventType, recent}`. */
export function ExampleChoice({ events, types, choice, onChange, id }) {
  const options = events.flatMap((type) => {
    const name = typeTitle(types, type);
    const sample = types.some((each) => each.type === type) ? [[{ eventType: type, recent: false }, t('preview.sample', { title: name })]] : [];
    return [...sample, [{ eventType: type, recent: true }, t('preview.recent', { title: name })]];
  });
  return html`<select id=${id} value=${JSON.stringify(choice)} onChange=${(event) => onChange(JSON.parse(event.target.value))}>
    ${options.map(([value, name]) => html`<option key=${name} value=${JSON.stringify(value)}>${name}</option>`)}
  </select>`;
}

/** The one that stands first, or what was chosen while it can still be had. */
export function exampleOf(events, types, chosen) {
  if (chosen && events.includes(chosen.eventType)) return chosen;
  const known = events.find((type) => types.some((each) => each.type === type));
  if (known) return { eventType: known, recent: false };
  return events.length > 0 ? { eventType: events[0], recent: true } : null;
}
