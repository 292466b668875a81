import { html, useState } from '../core/html.js';
import { addTexts, exactTime, relativeTime, t } from '../core/i18n.js';
import { api, path, Refused, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { Copy, Dialog, Doing, Field, Icon, Loaded, Problem, sentence, Time, Title } from '../parts/basics.js';
import { say, sayProblem } from '../parts/messages.js';
import texts from '../texts/access.js';

addTexts(texts);

const ROLES = ['intake', 'viewer', 'admin'];

/** Who may do what: tokens, and how people get in. */
export default function Access() {
  const mayChange = session.get()?.role === 'admin';
  const tokens = useLoad(() => api.all('/api/tokens'));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState(null);
  const [revoking, setRevoking] = useState(null);

  const revoke = async () => {
    try {
      await api.remove(path`/api/tokens/${revoking.id}`);
      say(t('access.revoked', { name: revoking.name }));
    } catch (error) {
      sayProblem(error);
    }
    setRevoking(null);
    tokens.reload(true);
  };

  return html`<${Title} under=${t('access.under')}>${t('access.title')}<//>
    <div class="stack wide">
      <section class="stack">
        <div class="row apart">
          <h2>${t('access.tokens')}</h2>
          ${mayChange && html`<button type="button" class="primary" onClick=${() => setMaking(true)}><${Icon} name="plus" />${t('access.new')}</button>`}
        </div>
        <p class="quiet">${t('access.tokensText')}</p>
        <${Loaded} of=${tokens}>
          ${(all) =>
            all.length === 0
              ? html`<p class="card quiet">${t('access.none')}</p>`
              : html`<div class="card flush scroll">
                  <table class="cards-on-phone">
                    <thead>
                      <tr>
                        <th scope="col">${t('access.name')}</th>
                        <th scope="col">${t('access.role')}</th>
                        <th scope="col">${t('access.created')}</th>
                        <th scope="col">${t('access.used')}</th>
                        <th scope="col">${t('access.ends')}</th>
                        <td></td>
                      </tr>
                    </thead>
                    <tbody>
                      ${all.map(
                        (each) => html`<tr key=${each.id}>
                          <td><span class="name">${each.name}</span></td>
                          <td data-label=${t('access.role')} title=${t(`roleHelp.${each.role}`)}>${t(`role.${each.role}`)}<${Bound} token=${each} /></td>
                          <td data-label=${t('access.created')}><${Time} at=${each.createdAt} /><div class="under">${t('access.by', { who: each.createdBy })}</div></td>
                          <td data-label=${t('access.used')}><${Time} at=${each.lastUsedAt} relative /></td>
                          <td data-label=${t('access.ends')}><${End} at=${each.expiresAt} /></td>
                          <td class="number">
                            ${mayChange && html`<button type="button" class="small danger" aria-label=${`${t('access.revoke')} ${each.name}`} onClick=${() => setRevoking(each)}>${t('access.revoke')}</button>`}
                          </td>
                        </tr>`,
                      )}
                    </tbody>
                  </table>
                </div>`}
        <//>
      </section>
      <section class="card stack">
        <h2>${t('access.people')}</h2>
        <p>${t('access.peopleText')}</p>
        <pre>java -jar posel.jar login-link --name Jana --role viewer</pre>
      </section>
    </div>
    ${making && html`<${NewToken} onClose=${() => setMaking(false)} onMade=${(token) => (setMaking(false), setMade(token), tokens.reload(true))} />`}
    ${made &&
    html`<${Dialog}
      title=${t('access.shownTitle', { name: made.name })}
      onClose=${() => setMade(null)}
      footer=${html`<button type="button" class="primary" onClick=${() => setMade(null)}>${t('access.understood')}</button>`}
    >
      <p>${t('access.shown')}</p>
      <pre aria-label=${t('access.label')}>${made.token}</pre>
      <div><${Copy} text=${made.token} /></div>
    <//>`}
    ${revoking &&
    html`<${Dialog}
      title=${t('access.revokeTitle', { name: revoking.name })}
      onClose=${() => setRevoking(null)}
      footer=${html`<button type="button" onClick=${() => setRevoking(null)}>${t('common.cancel')}</button>
        <${Doing} className="danger" action=${revoke}>${t('access.revoke')}<//>`}
    >
      <p>${t('access.revokeText')}</p>
    <//>`}`;
}

/** What the token may hand in, if that is not all. */
function Bound({ token }) {
  const what = [...(token.sources ?? []), ...(token.types ?? [])];
  return what.length > 0 && html`<div class="under">${t('access.bound', { what: what.join(', ') })}</div>`;
}

function End({ at }) {
  if (!at) return html`<span class="quiet">${t('access.noEnd')}</span>`;
  return new Date(at) > new Date() ? html`<${Time} at=${at} />` : html`<span class="bad-text" title=${exactTime(at)}>${t('access.ended', { when: relativeTime(at) })}</span>`;
}

/** The lines of a text that are not blank; undefined if there are none. */
function lines(text) {
  const found = text
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean);
  return found.length > 0 ? found : undefined;
}

function NewToken({ onClose, onMade }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('intake');
  const [sources, setSources] = useState('');
  const [types, setTypes] = useState('');
  const [end, setEnd] = useState('');
  const [error, setError] = useState(null);
  const make = async () => {
    setError(null);
    try {
      const bound = role === 'intake' ? { sources: lines(sources), types: lines(types) } : {};
      onMade(await api.post('/api/tokens', { name: name.trim(), role, ...bound, ...(end ? { expiresAt: new Date(end).toISOString() } : {}) }));
    } catch (failure) {
      setError(failure);
    }
  };
  const errors = error instanceof Refused ? error.errors : [];
  const about = (member) => errors.filter((each) => each.pointer.split('/')[1] === member).map((each) => sentence(each));
  const shown = errors.length > 0 && errors.every((each) => ['name', 'sources', 'types', 'expiresAt'].includes(each.pointer.split('/')[1]));
  return html`<${Dialog}
    title=${t('access.new')}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button><${Doing} className="primary" action=${make}>${t('access.make')}<//>`}
  >
    <form class="stack" onSubmit=${(event) => (event.preventDefault(), make())}>
      <${Field} label=${t('access.name')} hint=${t('access.nameHint')} errors=${about('name')}>
        ${(attributes) => html`<input ...${attributes} value=${name} maxlength="60" autofocus autocomplete="off" onInput=${(event) => setName(event.target.value)} />`}
      <//>
      <fieldset class="choice">
        <legend class="label">${t('access.role')}</legend>
        ${ROLES.map(
          (each) => html`<label class="check" key=${each}>
            <input type="radio" name="role" value=${each} checked=${role === each} onChange=${() => setRole(each)} />
            <span>${t(`role.${each}`)}<span class="hint">${t(`roleHelp.${each}`)}</span></span>
          </label>`,
        )}
      </fieldset>
      ${role === 'intake' &&
      html`<${Field} label=${t('access.sources')} hint=${t('access.sourcesHint')} errors=${about('sources')} optional>
          ${(attributes) => html`<textarea ...${attributes} rows="2" value=${sources} onInput=${(event) => setSources(event.target.value)}></textarea>`}
        <//>
        <${Field} label=${t('access.types')} hint=${t('access.typesHint')} errors=${about('types')} optional>
          ${(attributes) => html`<textarea ...${attributes} rows="2" value=${types} onInput=${(event) => setTypes(event.target.value)}></textarea>`}
        <//>`}
      <${Field} label=${t('access.ends')} hint=${t('access.endsHint')} errors=${about('expiresAt')} optional>
        ${(attributes) => html`<input type="datetime-local" ...${attributes} value=${end} onInput=${(event) => setEnd(event.target.value)} />`}
      <//>
      ${error && !shown && html`<${Problem} error=${error} />`}
    </form>
  <//>`;
}
