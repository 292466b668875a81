import { html, useMemo, useRef, useState } from '../core/html.js';
import { addTexts, t } from '../core/i18n.js';
import { api, path, Refused, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { go, to } from '../core/router.js';
import { Dialog, Doing, Field, Icon, Loaded, Problem, sentence, Title } from '../parts/basics.js';
import { title } from '../parts/catalogue.js';
import { JsonField } from '../parts/json-field.js';
import { useLeaving } from '../parts/leaving.js';
import { say, sayProblem } from '../parts/messages.js';
import texts from '../texts/event-types.js';

addTexts(texts);

const NEW = { type: '', title: { cs: '', en: '' }, entityType: '', variables: [], sample: {}, readOnly: false };

/** One event type of the catalogue, or a new one. */
export default function EventTypePage({ rest: [type] }) {
  const isNew = type === 'new';
  const read = useLoad(async () => {
    if (isNew) return { found: NEW, etag: null };
    const { json, etag } = await api.read(path`/api/event-types/${type}`);
    return { found: json, etag };
  }, [type]);
  if (read.error instanceof Refused && read.error.status === 404) {
    return html`<${Title} back=${{ href: to(['event-types']), text: t('types.back') }}>${t('notFound.title')}<//><p>${t('types.gone')}</p>`;
  }
  return html`<${Loaded} of=${read}>${({ found, etag }) => html`<${Editor} key=${etag ?? 'new'} found=${found} etag=${etag} isNew=${isNew} reload=${() => read.reload(true)} />`}<//>`;
}

const formOf = (found) => ({
  type: found.type,
  en: found.title.en ?? '',
  cs: found.title.cs ?? '',
  entityType: found.entityType,
  variables: found.variables.map(({ name, title: titles, example }) => ({ name, en: titles.en ?? '', cs: titles.cs ?? '', example: String(example) })),
  sample: Object.keys(found.sample).length === 0 ? '' : JSON.stringify(found.sample, null, 2),
});

const titles = ({ en, cs }) => ({ ...(en.trim() && { en: en.trim() }), ...(cs.trim() && { cs: cs.trim() }) });

function Editor({ found, etag, isNew, reload }) {
  const readOnly = found.readOnly || session.get()?.role !== 'admin';
  const before = useMemo(() => formOf(found), [found]);
  const [form, setForm] = useState(before);
  const [error, setError] = useState(null);
  const [deleting, setDeleting] = useState(false);
  const editor = useRef(null);
  const dirty = JSON.stringify(form) !== JSON.stringify(before);
  const change = (part) => setForm((now) => ({ ...now, ...part }));
  const parsed = useMemo(() => sampleOf(form.sample), [form.sample]);
  const name = title({ en: form.en, cs: form.cs }, form.type);

  const leaving = useLeaving(dirty && !readOnly);

  const wrong = (pointer) => (error instanceof Refused ? error.errors.filter((each) => each.pointer.startsWith(pointer)).map((each) => sentence(each)) : []);

  const save = async () => {
    setError(null);
    try {
      const saved = await api.put(
        path`/api/event-types/${form.type.trim()}`,
        {
          title: titles(form),
          entityType: form.entityType.trim(),
          variables: form.variables.map((each) => ({ name: each.name.trim(), title: titles(each), example: each.example })),
          sample: parsed.value ?? {},
        },
        etag,
      );
      say(t('types.saved', { name: title(saved.json.title, saved.json.type) }));
      if (isNew) go(['event-types', saved.json.type], {}, { replace: true });
      else await reload();
    } catch (failure) {
      setError(failure);
    }
  };

  const remove = async () => {
    try {
      await api.remove(path`/api/event-types/${found.type}`, etag);
      say(t('types.deleted', { name }));
      go(['event-types']);
    } catch (failure) {
      setDeleting(false);
      sayProblem(failure);
    }
  };

  const fromSample = () => {
    const known = new Map(form.variables.map((each) => [each.name, each]));
    change({ variables: leaves(parsed.value).map(([dotted, value]) => known.get(dotted) ?? { name: dotted, en: '', cs: '', example: String(value) }) });
  };

  const setVariable = (i, part) => change({ variables: form.variables.map((each, at) => (at === i ? { ...each, ...part } : each)) });

  return html`<${Title}
      back=${{ href: to(['event-types']), text: t('types.back') }}
      actions=${!isNew && session.get()?.role === 'admin' && html`<a class="button" href=${to(['webhooks', 'new'], { event: found.type })}>${t('types.use')}</a>`}
      >${isNew ? t('types.new') : title(found.title, found.type)}<//
    >
    <form class="stack" noValidate onSubmit=${(event) => (event.preventDefault(), save())}>
      ${found.readOnly && html`<p class="note info">${t('types.fileHelp')}</p>`}
      <fieldset class="stack" disabled=${readOnly}>
        <section class="card stack">
          <${Field} label=${t('types.code')} hint=${t('types.codeHint')} errors=${wrong('/type')}>
            ${(attributes) => html`<input ...${attributes} class="mono" value=${form.type} readonly=${!isNew} maxlength="100" autocomplete="off" onInput=${(event) => change({ type: event.target.value })} />`}
          <//>
          <div class="fields">
            <${Field} label=${t('types.titleEn')} hint=${t('types.titleHint')} errors=${wrong('/title')}>
              ${(attributes) => html`<input ...${attributes} lang="en" value=${form.en} maxlength="200" onInput=${(event) => change({ en: event.target.value })} />`}
            <//>
            <${Field} label=${t('types.titleCs')}>
              ${(attributes) => html`<input ...${attributes} lang="cs" value=${form.cs} maxlength="200" onInput=${(event) => change({ cs: event.target.value })} />`}
            <//>
          </div>
          <${Field} label=${t('types.entityType')} hint=${t('types.entityTypeHint')} errors=${wrong('/entityType')}>
            ${(attributes) => html`<input ...${attributes} class="mono" value=${form.entityType} maxlength="100" autocomplete="off" onInput=${(event) => change({ entityType: event.target.value })} />`}
          <//>
        </section>
        <section class="card stack">
          <h2>${t('types.sample')}</h2>
          <p class="hint">${t('types.sampleHint')}</p>
          <${JsonField}
            value=${form.sample}
            onChange=${(sample) => change({ sample })}
            errors=${NONE}
            offered=${NONE}
            label=${t('types.sample')}
            readOnly=${readOnly}
            attributes=${{}}
            into=${editor}
          />
          ${[...(parsed.problem && form.sample.trim() ? [t('types.sampleBroken', { problem: parsed.problem })] : []), ...wrong('/sample')].map((each) => html`<p class="error">${each}</p>`)}
          ${!readOnly && html`<div><button type="button" class="small" disabled=${!parsed.value} onClick=${fromSample}>${t('types.fromSample')}</button></div>`}
        </section>
        <section class="card stack">
          <h2>${t('types.variables')}</h2>
          ${wrong('/variables').map((each) => html`<p class="error">${each}</p>`)}
          ${form.variables.length === 0 && html`<p class="quiet">${t('types.noVariables')}</p>`}
          ${readOnly ? html`<${Variables} variables=${found.variables} />` : form.variables.map((each, i) => html`<${VariableRow} key=${i} variable=${each} set=${(part) => setVariable(i, part)} remove=${() => change({ variables: form.variables.filter((x, at) => at !== i) })} />`)}
          ${!readOnly &&
          html`<div><button type="button" class="small" onClick=${() => change({ variables: [...form.variables, { name: '', en: '', cs: '', example: '' }] })}><${Icon} name="plus" />${t('types.addVariable')}</button></div>`}
        </section>
      </fieldset>
      <${Problem} error=${error} />
      ${!readOnly &&
      html`<div class="savebar">
        <${Doing} className="primary" action=${save}>${t(isNew ? 'types.create' : 'types.save')}<//>
        ${!isNew && html`<button type="button" class="danger" onClick=${() => setDeleting(true)}>${t('types.delete')}</button>`}
        <span class="hint" role="status">${dirty && t('leave.text')}</span>
      </div>`}
    </form>
    ${leaving}
    ${deleting &&
    html`<${Dialog}
      title=${t('types.deleteTitle', { name })}
      onClose=${() => setDeleting(false)}
      footer=${html`<button type="button" onClick=${() => setDeleting(false)}>${t('common.cancel')}</button>
        <${Doing} className="danger" action=${remove}>${t('common.remove')}<//>`}
    >
      <p>${t('types.deleteText')}</p>
    <//>`}`;
}

const NONE = [];

const Variables = ({ variables }) =>
  html`<div class="scroll">
    <table class="cards-on-phone">
      <thead>
        <tr><th scope="col">${t('types.name')}</th><th scope="col">${t('types.meaning')}</th><th scope="col">${t('types.example')}</th></tr>
      </thead>
      <tbody>
        ${variables.map(
          (each) => html`<tr key=${each.name}>
            <td><code>#${each.name}#</code></td>
            <td data-label=${t('types.meaning')}>${title(each.title, each.name)}</td>
            <td data-label=${t('types.example')}>${String(each.example)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

function VariableRow({ variable, set, remove }) {
  const input = (member, label, extra = {}) =>
    html`<input class="grow" style=${{ width: 'auto' }} ...${extra} value=${variable[member]} aria-label=${label} placeholder=${label} onInput=${(event) => set({ [member]: event.target.value })} />`;
  return html`<div class="row">
    ${input('name', t('types.name'), { class: 'grow mono', autocomplete: 'off' })} ${input('en', t('types.meaningEn'), { lang: 'en' })}
    ${input('cs', t('types.meaningCs'), { lang: 'cs' })} ${input('example', t('types.example'))}
    <button type="button" class="icon" aria-label=${`${t('common.remove')} ${variable.name}`} onClick=${remove}><${Icon} name="close" /></button>
  </div>`;
}

/** @returns {{value?: object, problem?: string}} */
function sampleOf(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { value } : { problem: '{ … }' };
  } catch (error) {
    return { problem: error.message };
  }
}

/** Every value of some data with its dotted path, arrays as they are. */
function leaves(data, before = '') {
  return Object.entries(data).flatMap(([name, value]) => {
    const dotted = before ? `${before}.${name}` : name;
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? leaves(value, dotted) : [[dotted, value]];
  });
}
