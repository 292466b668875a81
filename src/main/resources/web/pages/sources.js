import { html, useEffect, useState } from '../core/html.js';
import { addTexts, t } from '../core/i18n.js';
import { api, path, session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { to } from '../core/router.js';
import { Badge, Dialog, Doing, Loaded, Time, Title } from '../parts/basics.js';
import { say, sayProblem } from '../parts/messages.js';
import texts from '../texts/sources.js';

addTexts(texts);

/** How the sources are doing, and what they brought that is no event. */
export default function Sources({ query }) {
  const health = useLoad(() => api.get('/observe/health'), [], { every: 10_000 });
  return html`<${Title} under=${t('sources.under')}>${t('sources.title')}<//>
    <div class="stack">
      <${Loaded} of=${health}>${({ checks }) => html`<${States} sources=${checks.filter((each) => each.kind === 'source')} />`}<//>
      <section class="stack">
        <h2>${t('sources.setAside')}</h2>
        <p class="quiet">${t('sources.setAsideText')}</p>
        ${query.source && html`<p class="row"><span>${t('sources.ofOne')}: ${query.source}</span><a class="button small" href=${to(['sources'])}>${t('common.clear')}</a></p>`}
        <${SetAside} source=${query.source} />
      </section>
    </div>`;
}

function States({ sources }) {
  if (sources.length === 0) return html`<p class="card quiet">${t('sources.none')}</p>`;
  return html`<div class="card flush scroll">
    <table class="cards-on-phone">
      <thead>
        <tr>
          <th scope="col">${t('sources.name')}</th>
          <th scope="col">${t('sources.state')}</th>
          <th scope="col">${t('sources.lastSuccess')}</th>
          <th scope="col">${t('sources.error')}</th>
        </tr>
      </thead>
      <tbody>
        ${sources.map(
          (each) => html`<tr key=${each.name}>
            <td><a class="name" href=${to(['sources'], { source: each.name })}>${each.name}</a></td>
            <td data-label=${t('sources.state')}>
              ${each.status !== 'UP'
                ? html`<${Badge} tone="warn">${t('sources.failing')}<//>`
                : html`<${Badge} tone=${each.lastSuccess ? 'good' : 'none'}>${t(each.lastSuccess ? 'sources.up' : 'sources.waiting')}<//>`}
            </td>
            <td data-label=${t('sources.lastSuccess')}><${Time} at=${each.lastSuccess} relative /></td>
            <td class="break" data-label=${t('sources.error')}>${each.error}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function SetAside({ source }) {
  const mayChange = session.get()?.role === 'admin';
  const first = useLoad(() => api.get('/api/set-aside', { source, limit: 50 }), [source]);
  const [more, setMore] = useState({ items: [], next: undefined });
  const [gone, setGone] = useState([]);
  const [shown, setShown] = useState(null);
  const [discarding, setDiscarding] = useState(null);
  useEffect(() => setMore({ items: [], next: undefined }), [source]);

  const load = async (cursor) => {
    try {
      const part = await api.get('/api/set-aside', { source, limit: 100, cursor });
      setMore((before) => ({ items: [...before.items, ...part.items], next: part.next }));
    } catch (error) {
      sayProblem(error);
    }
  };
  const show = async (item) => {
    try {
      setShown(await api.get(path`/api/set-aside/${item.id}`));
    } catch (error) {
      sayProblem(error);
    }
  };
  const retry = async (item) => {
    try {
      await api.post(path`/api/set-aside/${item.id}/retry`);
      setGone((before) => [...before, item.id]);
      say(t('sources.retried', { key: item.key }));
    } catch (error) {
      sayProblem(error);
      first.reload(true);
    }
  };
  const discard = async () => {
    try {
      await api.remove(path`/api/set-aside/${discarding.id}`);
      setGone((before) => [...before, discarding.id]);
      say(t('sources.discarded', { key: discarding.key }));
    } catch (error) {
      sayProblem(error);
    }
    setDiscarding(null);
  };

  return html`<${Loaded} of=${first}>
      ${({ items, next }) => {
        const all = [...items, ...more.items].filter((each) => !gone.includes(each.id));
        const cursor = more.next === undefined ? next : more.next;
        if (all.length === 0 && !cursor) return html`<p class="card quiet">${t('sources.nothing')}</p>`;
        return html`<div class="card flush scroll">
            <table class="cards-on-phone">
              <thead>
                <tr>
                  <th scope="col">${t('sources.time')}</th>
                  <th scope="col">${t('sources.name')}</th>
                  <th scope="col">${t('sources.key')}</th>
                  <th scope="col">${t('sources.reason')}</th>
                  <td></td>
                </tr>
              </thead>
              <tbody>
                ${all.map(
                  (each) => html`<tr key=${each.id}>
                    <td class="time" data-label=${t('sources.time')}><${Time} at=${each.at} /></td>
                    <td data-label=${t('sources.name')}>${each.source}</td>
                    <td class="break" data-label=${t('sources.key')}>${each.key}</td>
                    <td class="break" data-label=${t('sources.reason')}>${each.reason}</td>
                    <td>
                      <div class="row">
                        <${Doing} className="small" aria-label=${`${t('sources.show')}: ${each.key}`} action=${() => show(each)}>${t('sources.show')}<//>
                        ${mayChange && html`<${Doing} className="small" aria-label=${`${t('sources.retry')}: ${each.key}`} action=${() => retry(each)}>${t('sources.retry')}<//>`}
                        ${mayChange && html`<button type="button" class="small danger" aria-label=${`${t('sources.discard')}: ${each.key}`} onClick=${() => setDiscarding(each)}>${t('sources.discard')}</button>`}
                      </div>
                    </td>
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>
          ${cursor && html`<div><${Doing} action=${() => load(cursor)}>${t('common.more')}<//></div>`}`;
      }}
    <//>
    ${shown &&
    html`<${Dialog} wide title=${t('sources.data', { key: shown.key })} onClose=${() => setShown(null)} footer=${html`<button type="button" class="primary" onClick=${() => setShown(null)}>${t('common.close')}</button>`}>
      <p class="break">${shown.reason}</p>
      <pre>${JSON.stringify(shown.data, null, 2)}</pre>
    <//>`}
    ${discarding &&
    html`<${Dialog}
      title=${t('sources.discardTitle', { key: discarding.key })}
      onClose=${() => setDiscarding(null)}
      footer=${html`<button type="button" onClick=${() => setDiscarding(null)}>${t('common.cancel')}</button>
        <${Doing} className="danger" action=${discard}>${t('sources.discard')}<//>`}
    >
      <p>${t('sources.discardText')}</p>
    <//>`}`;
}
