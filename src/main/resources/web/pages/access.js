import { html, useState } from '../core/html.js';
import { addTexts, t } from '../core/i18n.js';
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
                        <td></td>
                      </tr>
                    </thead>
                    <tbody>
                      ${all.map(
                        (each) => html`<tr key=${each.id}>
                          <td><span class="name">${each.name}</span></td>
                          <td data-label=${t('access.role')} title=${t(`roleHelp.${each.role}`)}>${t(`role.${each.role}`)}</td>
                          <td data-label=${t('access.created')}><${Time} at=${each.createdAt} /><div class="under">${t('access.by', { who: each.createdBy })}</div></td>
                          <td data-label=${t('access.used')}><${Time} at=${each.lastUsedAt} relative /></td>
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

function NewToken({ onClose, onMade }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('intake');
  const [error, setError] = useState(null);
  const make = async () => {
    setError(null);
    try {
      onMade(await api.post('/api/tokens', { name: name.trim(), role }));
    } catch (failure) {
      setError(failure);
    }
  };
  const wrong = error instanceof Refused ? error.errors.filter((each) => each.pointer === '/name').map((each) => sentence(each)) : [];
  return html`<${Dialog}
    title=${t('access.new')}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button><${Doing} className="primary" action=${make}>${t('access.make')}<//>`}
  >
    <form class="stack" onSubmit=${(event) => (event.preventDefault(), make())}>
      <${Field} label=${t('access.name')} hint=${t('access.nameHint')} errors=${wrong}>
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
      ${error && wrong.length === 0 && html`<${Problem} error=${error} />`}
    </form>
  <//>`;
}
