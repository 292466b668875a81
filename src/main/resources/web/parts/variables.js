import { html, useMemo, useState } from '../core/html.js';
import { plain, t } from '../core/i18n.js';
import { ALWAYS } from '../core/variable.js';
import { Dialog, Icon } from './basics.js';
import { title, typeTitle } from './catalogue.js';

/**
 * The variables of some event types, those first that all of them have.
 *
 * @returns {{name: string, what: string, example: string, only: string[]}[]} `only`: the types that have it, empty for all
 */
export function variablesOf(types, chosen) {
  const known = (types ?? []).filter((each) => chosen.includes(each.type));
  const byName = new Map();
  for (const type of known) {
    for (const variable of type.variables) {
      const found = byName.get(variable.name) ?? { ...variable, of: [] };
      found.of.push(type.type);
      byName.set(variable.name, found);
    }
  }
  const declared = [...byName.values()].map(({ name, title: titles, example, of }) => ({
    name,
    what: title(titles, name),
    example: String(example),
    only: of.length === known.length ? [] : of,
  }));
  const always = ALWAYS.filter((name) => !byName.has(name)).map((name) => ({
    name,
    what: t(`variable.${name}`),
    example: exampleOf(name, known[0]),
    only: [],
  }));
  return [...declared.filter((each) => each.only.length === 0), ...always, ...declared.filter((each) => each.only.length > 0)];
}

function exampleOf(name, type) {
  if (name === 'event.type') return type?.type ?? 'customer.credit.changed';
  if (name === 'entity.type') return type?.entityType ?? 'customer';
  return { 'event.id': 'ord-20260415-1', 'event.occurredAt': '2026-11-22T10:00:00Z', 'entity.id': '42', data: '{…}', event: '{…}' }[name];
}

/** Puts a text where the caret of a field is, as if it had been typed. */
export function insertAtCaret(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The button under a field, and the list that it opens. */
export function InsertVariable({ variables, types, onPick, label, disabled }) {
  const [open, setOpen] = useState(false);
  const pick = (name) => {
    setOpen(false);
    // after the dialog has given the focus back
    setTimeout(() => onPick(`#${name}#`));
  };
  return html`<button type="button" class="small" disabled=${disabled} onClick=${() => setOpen(true)} aria-label=${label && `${t('variables.insert')}: ${label}`}>
      <${Icon} name="braces" />${t('variables.insert')}
    </button>
    ${open && html`<${Picker} variables=${variables} types=${types} onPick=${pick} onClose=${() => setOpen(false)} />`}`;
}

function Picker({ variables, types, onPick, onClose }) {
  const [wanted, setWanted] = useState('');
  const found = useMemo(() => {
    const words = plain(wanted);
    return variables.filter(({ name, what }) => plain(`${name} ${what}`).includes(words));
  }, [variables, wanted]);
  return html`<${Dialog} title=${t('variables.title')} onClose=${onClose}>
    <p class="quiet">${t('variables.text')}</p>
    <input
      type="search"
      autofocus
      value=${wanted}
      aria-label=${t('variables.search')}
      placeholder=${t('variables.search')}
      onInput=${(event) => setWanted(event.target.value)}
      onKeyDown=${(event) => event.key === 'Enter' && found.length > 0 && (event.preventDefault(), onPick(found[0].name))}
    />
    <div class="variables">
      ${found.map(
        ({ name, what, example, only }) => html`<button type="button" key=${name} onClick=${() => onPick(name)}>
          <span class="what">${what}</span><code>#${name}#</code>
          <span class="example">
            ${example !== '' && t('variables.example', { example })}
            ${only.length > 0 && html`${' '}<span class="warn-text">${t('variables.only', { types: only.map((each) => typeTitle(types, each)).join(', ') })}</span>`}
          </span>
        </button>`,
      )}
      ${found.length === 0 && html`<p class="quiet">${t('variables.none')}</p>`}
    </div>
  <//>`;
}
