import { html, useCallback, useMemo, useRef, useState } from '../core/html.js';
import { addTexts, longTime, t } from '../core/i18n.js';
import { api, path, Refused, session } from '../core/api.js';
import { definitionOf, formOf, newForm } from '../core/definition.js';
import { useLoad } from '../core/load.js';
import { go, to } from '../core/router.js';
import { Dialog, Doing, Loaded, Problem, sentence, Title } from '../parts/basics.js';
import { catalogue } from '../parts/catalogue.js';
import { Conflict } from '../parts/conflict.js';
import { DefinitionForm } from '../parts/definition-form.js';
import { useLeaving } from '../parts/leaving.js';
import { say, sayProblem } from '../parts/messages.js';
import { Preview } from '../parts/preview.js';
import { Secret } from '../parts/secret.js';
import { Switch } from '../parts/switch.js';
import { TestSend } from '../parts/test-send.js';
import { WebhookState } from '../parts/webhook-state.js';
import webhookTexts from '../texts/webhook.js';
import listTexts from '../texts/webhooks.js';

addTexts(listTexts);
addTexts(webhookTexts);

/** One webhook, or a new one. */
export default function WebhookPage({ rest: [id], query }) {
  const isNew = id === 'new';
  const read = useLoad(async () => {
    const [types, found, about] = await Promise.all([
      catalogue(),
      isNew ? null : api.read(path`/api/webhooks/${id}`),
      isNew ? api.get('/api/about').catch(() => null) : null,
    ]);
    return { types, webhook: found?.json ?? null, etag: found?.etag ?? null, ordering: about?.settings?.ordering ?? 'entity' };
  }, [id]);
  if (read.error instanceof Refused && read.error.status === 404) {
    return html`<${Title} back=${{ href: to(['webhooks']), text: t('webhook.back') }}>${t('notFound.title')}<//><p>${t('webhook.gone')}</p>`;
  }
  return html`<${Loaded} of=${read}>
    ${(data) => html`<${Editor} key=${data.etag ?? 'new'} ...${data} event=${query.event} reload=${() => read.reload(true)} />`}
  <//>`;
}

function Editor({ webhook, etag, types, ordering, event, reload }) {
  const mayChange = session.get()?.role === 'admin';
  const readOnly = !mayChange || Boolean(webhook?.file) || webhook?.state === 'expired';
  const before = useMemo(() => (webhook ? formOf(webhook) : newForm(ordering, event ? [event] : [])), [webhook]);
  const [form, setForm] = useState(before);
  const [error, setError] = useState(null);
  const [shownErrors, setShownErrors] = useState({});
  const [doubts, setDoubts] = useState(NONE);
  const [conflict, setConflict] = useState(null);
  const [deleting, setDeleting] = useState(false);
  const page = useRef(null);
  const dirty = JSON.stringify(form) !== JSON.stringify(before);

  const leaving = useLeaving(dirty && !readOnly);

  const change = useCallback((part) => {
    setForm((now) => ({ ...now, ...part }));
    // what was wrong with a field is not known any more once it is another
    const touched = Object.keys(part).map((member) => MEMBERS[member] ?? member);
    setError((was) => (was instanceof Refused ? was.without((each) => touched.includes(memberOf(each))) : was));
  }, []);
  const fieldErrors = useMemo(() => ({ ...shownErrors, ...byMember(error) }), [error, shownErrors]);

  const save = async ({ over, off } = {}) => {
    setError(null);
    const definition = definitionOf(off ? { ...form, enabled: false } : form, webhook);
    try {
      if (!webhook) {
        const made = await api.post('/api/webhooks', definition);
        say(t('webhook.created', { name: made.name }));
        go(['webhooks', made.id], {}, { replace: true });
        return;
      }
      const saved = await api.put(path`/api/webhooks/${webhook.id}`, definition, over ?? etag);
      say(t('webhook.saved', { name: saved.json.name }));
      setConflict(null);
      await reload();
    } catch (failure) {
      if (failure instanceof Refused && failure.has('changed-meanwhile')) {
        setConflict(await theirs(webhook.id));
        return;
      }
      setError(failure);
      setConflict(null);
      // to the first field that has to be mended
      setTimeout(() => page.current?.querySelector('[aria-invalid=true], .invalid json-editor')?.focus());
    }
  };

  const remove = async () => {
    try {
      await api.remove(path`/api/webhooks/${webhook.id}`);
      say(t('webhook.deleted', { name: webhook.name }));
      go(['webhooks']);
    } catch (failure) {
      setDeleting(false);
      sayProblem(failure);
    }
  };

  const restore = async () => {
    try {
      await api.post(path`/api/webhooks/${webhook.id}/restore`);
      say(t('webhooks.restored', { name: webhook.name }));
      await reload();
    } catch (failure) {
      sayProblem(failure);
    }
  };

  const wrong = error instanceof Refused ? error.errors.length : 0;
  const addressRefused = error instanceof Refused && error.has('address-not-allowed');

  return html`<div ref=${page}>
    <${Title}
      back=${{ href: to(['webhooks']), text: t('webhook.back') }}
      actions=${webhook &&
      html`<a class="button" href=${to(['deliveries'], { webhook: webhook.id })}>${t('webhook.log')}</a>
        <a class="button" href=${to(['audit'], { webhook: webhook.id })}>${t('webhook.trail')}</a>`}
      >${webhook ? webhook.name : t('webhook.new')}<//
    >
    <div class="stack">
      ${webhook &&
      html`<div class="row">
        ${webhook.state !== 'expired' && html`<${Switch} webhook=${webhook} disabled=${readOnly || dirty} onChanged=${reload} />`}
        <${WebhookState} webhook=${webhook} />
      </div>`}
      ${webhook?.file && html`<p class="note info">${t('webhook.inFile', { file: webhook.file })}</p>`}
      ${webhook?.reason === 'gone' && html`<p class="note warn">${t(webhook.file ? 'webhook.receiverGoneFile' : 'webhook.receiverGone')}</p>`}
      ${webhook?.state === 'expired' &&
      html`<div class="note warn">
        <p>${t('webhook.expired')}</p>
        ${mayChange && !webhook.file && html`<div><${Doing} action=${restore}>${t('webhook.restore')}<//></div>`}
      </div>`}
      <div class="workbench">
        <form class="stack" noValidate onSubmit=${(event) => (event.preventDefault(), save())}>
          <${DefinitionForm} form=${form} change=${change} types=${types} errors=${fieldErrors} doubts=${doubts} readOnly=${readOnly} isNew=${!webhook} />
          ${error &&
          html`<${WhatIsWrong} error=${error}>
            ${addressRefused && html`<div><${Doing} action=${() => save({ off: true })}>${t('webhook.saveOff')}<//></div>`}
          <//>`}
          ${!readOnly &&
          html`<div class="savebar">
            <${Doing} className="primary" action=${() => save()}>${t(webhook ? 'webhook.save' : 'webhook.create')}<//>
            ${webhook && dirty && html`<button type="button" onClick=${() => (setForm(before), setError(null))}>${t('common.cancel')}</button>`}
            <span class="hint" role="status">${wrong > 0 ? html`<span class="error">${t('webhook.invalid', { count: wrong })}</span>` : dirty && t('webhook.unsaved')}</span>
          </div>`}
        </form>
        <aside class="stack">
          ${mayChange && html`<${Preview} form=${form} webhook=${webhook} types=${types} onErrors=${setShownErrors} onDoubts=${setDoubts} />`}
          ${webhook && mayChange && webhook.state !== 'expired' && html`<${TestSend} webhook=${webhook} dirty=${dirty} types=${types} onSent=${() => dirty || reload()} />`}
          ${webhook && mayChange && html`<${Secret} webhook=${webhook} onChanged=${() => dirty || reload()} />`}
          ${webhook && !readOnly && html`<div><button type="button" class="danger" onClick=${() => setDeleting(true)}>${t('webhook.delete')}</button></div>`}
        </aside>
      </div>
    </div>
    ${leaving}
    ${deleting &&
    html`<${Dialog}
      title=${t('webhook.deleteTitle', { name: webhook.name })}
      onClose=${() => setDeleting(false)}
      footer=${html`<button type="button" onClick=${() => setDeleting(false)}>${t('common.cancel')}</button>
        <${Doing} className="danger" action=${remove}>${t('common.delete')}<//>`}
    >
      <p>${t('webhook.deleteText')}</p>
    <//>`}
    ${conflict &&
    html`<${Conflict}
      ...${conflict}
      mine=${definitionOf(form, webhook)}
      onTheirs=${async () => {
        setConflict(null);
        await reload();
      }}
      onMine=${() => save({ over: conflict.etag })}
      onClose=${() => setConflict(null)}
    />`}
  </div>`;
}

/** What there is now, and who made it so. */
async function theirs(id) {
  const [now, trail] = await Promise.all([api.read(path`/api/webhooks/${id}`), api.get('/api/audit', { webhook: id, limit: 20 })]);
  const last = trail.items.find((each) => each.webhookVersion === now.json.version);
  return { theirs: now.json, etag: now.etag, who: last?.who, at: longTime(last?.at ?? now.json.updatedAt) };
}

const NONE = [];

/** Fields of the form that stand for one member of the definition. */
const MEMBERS = { address: 'url', user: 'url', password: 'url', keys: 'url', hasBody: 'body' };

const memberOf = (error) => error.pointer.split('/')[1] ?? '';

/** The errors of a refusal by the first member of their pointers. */
function byMember(error) {
  const members = {};
  for (const each of error instanceof Refused ? error.errors : []) {
    (members[memberOf(each)] ??= []).push(each);
  }
  return members;
}

const LABELS = {
  name: 'webhook.name',
  events: 'webhook.trigger',
  filter: 'webhook.conditions',
  url: 'webhook.url',
  body: 'webhook.body',
  headers: 'webhook.headers',
  rateLimit: 'webhook.rateLimit',
  concurrency: 'webhook.concurrency',
};

/** All that has to be mended, with the field that it is about, since the field may be far up. */
function WhatIsWrong({ error, children }) {
  if (!(error instanceof Refused) || error.errors.length === 0) return html`<${Problem} error=${error}>${children}<//>`;
  return html`<div class="note bad" role="alert">
    <p>${t('problem.heading')}</p>
    <ul>
      ${error.errors.map((each) => {
        const label = LABELS[memberOf(each)];
        return html`<li>${label && html`<strong>${t(label)}:</strong> `}${sentence(each)}</li>`;
      })}
    </ul>
    ${children}
  </div>`;
}
