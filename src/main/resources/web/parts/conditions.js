import { html, useId, useState } from '../core/html.js';
import { t } from '../core/i18n.js';
import { Icon } from './basics.js';

/** The conditions on an event's variables: each a variable and the values that it may have. */
export function Conditions({ form, change, errors, readOnly, variables }) {
  const names = useId();
  const set = (i, part) => change({ filter: form.filter.map((each, at) => (at === i ? { ...each, ...part } : each)) });
  return html`<div class="stack tight" role="group" aria-label=${t('webhook.conditions')}>
    <p class="label">${t('webhook.conditions')} <span class="quiet">(${t('common.optional')})</span></p>
    <p class="hint">${t('webhook.conditionsHint')}</p>
    ${errors.length > 0 && html`<p class="error">${errors.join(' ')}</p>`}
    <datalist id=${names}>${variables.map(({ name, what }) => html`<option value=${name}>${what}</option>`)}</datalist>
    ${form.filter.map(
      ({ variable, values }, i) => html`<div class="row top" key=${i}>
        <input
          class="grow mono"
          style=${{ width: 'auto' }}
          list=${names}
          value=${variable}
          aria-label=${t('webhook.conditionVariable')}
          aria-invalid=${errors.length > 0 || undefined}
          placeholder="account.eshopId"
          autocomplete="off"
          onInput=${(event) => set(i, { variable: event.target.value })}
        />
        <span style=${{ padding: '.5rem 0' }}>${t('webhook.conditionIs')}</span>
        <${Values} values=${values} onChange=${(changed) => set(i, { values: changed })} readOnly=${readOnly} />
        <button type="button" class="icon" aria-label=${t('webhook.removeCondition')} onClick=${() => change({ filter: form.filter.filter((each, at) => at !== i) })}><${Icon} name="close" /></button>
      </div>`,
    )}
    <div>
      <button type="button" class="small" onClick=${() => change({ filter: [...form.filter, { variable: '', values: [] }] })}><${Icon} name="plus" />${t('webhook.addCondition')}</button>
    </div>
  </div>`;
}

function Values({ values, onChange, readOnly }) {
  const [next, setNext] = useState('');
  const add = () => {
    if (next !== '' && !values.includes(next)) onChange([...values, next]);
    setNext('');
  };
  return html`<div class="grow stack tight">
    <div class="chips">
      ${values.map(
        (value) => html`<span class="chip" key=${value}>
          ${value}
          <button type="button" aria-label=${t('webhook.removeValue', { value })} onClick=${() => onChange(values.filter((each) => each !== value))}><${Icon} name="close" /></button>
        </span>`,
      )}
    </div>
    ${!readOnly &&
    html`<input
      value=${next}
      aria-label=${t('webhook.addValue')}
      placeholder=${t('webhook.newValue')}
      autocomplete="off"
      onInput=${(event) => setNext(event.target.value)}
      onKeyDown=${(event) => event.key === 'Enter' && (event.preventDefault(), add())}
      onBlur=${add}
    />`}
  </div>`;
}
