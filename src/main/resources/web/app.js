import { html, render, useEffect, useErrorBoundary, useMemo, useRef, useState } from './core/html.js';
import { addTexts, chooseLanguage, language, t, useLanguage } from './core/i18n.js';
import { connection, session, whoIsIt } from './core/api.js';
import { useStore } from './core/store.js';
import { to, usePlace } from './core/router.js';
import { Doing, Icon, Loading, Title } from './parts/basics.js';
import { Messages } from './parts/messages.js';
import { FailingBanner } from './parts/failing-banner.js';
import Webhooks from './pages/webhooks.js';
import common from './texts/common.js';
import log from './texts/log.js';
import problems from './texts/problems.js';

[common, log, problems].forEach(addTexts);

/** The first segment of a place, and what shows it. What few look at first comes when it is looked at. */
const PAGES = [
  { name: 'webhooks', inMenu: true, page: (rest) => (rest.length === 0 ? Webhooks : () => import('./pages/webhook.js')) },
  { name: 'deliveries', inMenu: true, page: (rest) => (rest.length === 0 ? () => import('./pages/deliveries.js') : () => import('./pages/delivery.js')) },
  { name: 'overview', inMenu: true, page: () => () => import('./pages/overview.js') },
  { name: 'event-types', inMenu: true, page: (rest) => (rest.length === 0 ? () => import('./pages/event-types.js') : () => import('./pages/event-type.js')) },
  { name: 'sources', inMenu: true, page: () => () => import('./pages/sources.js') },
  { name: 'audit', inMenu: true, page: () => () => import('./pages/audit.js') },
  { name: 'access', inMenu: true, page: () => () => import('./pages/access.js') },
  { name: 'about', inMenu: true, page: () => () => import('./pages/about.js') },
];

const loaded = new Map([[Webhooks, Webhooks]]);

/** A page whose files may have to come first. */
function Page({ source, name, rest, query }) {
  const key = source === Webhooks ? source : String(source);
  const [, arrived] = useState(0);
  const [error, setError] = useState(null);
  const ready = loaded.get(key);
  useEffect(() => {
    if (ready) return;
    source().then(
      (module) => {
        loaded.set(key, module.default);
        arrived((n) => n + 1);
      },
      setError,
    );
  }, [key]);
  if (error) {
    return html`<div class="note bad stack tight" role="alert">
      <p>${t('crash.files')}</p>
      <div><button type="button" onClick=${() => location.reload()}>${t('crash.reload')}</button></div>
    </div>`;
  }
  return ready ? html`<${ready} key=${name + rest.join('/')} rest=${rest} query=${query} />` : html`<${Loading} />`;
}

const NotFound = () => html`<${Title}>${t('notFound.title')}<//><p>${t('notFound.text')}</p>`;

function Content({ main }) {
  const { segments, query } = usePlace();
  const [name = 'webhooks', ...rest] = segments;
  const found = PAGES.find((each) => each.name === name);
  const [crash, recover] = useErrorBoundary((error) => console.error(error));
  const address = segments.join('/');
  const first = useRef(true);
  useEffect(() => {
    recover();
    if (!first.current) {
      // who uses a keyboard or a screen reader goes on where the new page begins
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [address]);
  if (crash) {
    return html`<${Title}>${t('crash.title')}<//>
      <div class="stack"><p>${t('crash.text')}</p><pre>${String(crash.message ?? crash)}</pre>
      <div><button type="button" onClick=${() => location.reload()}>${t('crash.reload')}</button></div></div>`;
  }
  if (!found) return html`<${NotFound} />`;
  const source = found.page(rest);
  return html`<${Page} source=${source} name=${name} rest=${rest} query=${query} key=${source === Webhooks ? 'webhooks' : String(source)} />`;
}

/** Says that Posel does not answer, or that the session is over, and looks whether that has changed. */
function ConnectionNote() {
  const state = useStore(connection);
  useEffect(() => {
    if (state !== 'gone') return undefined;
    const timer = setInterval(() => whoIsIt().catch(() => {}), 2000);
    return () => clearInterval(timer);
  }, [state]);
  if (state === 'gone') {
    return html`<div class="note bad" role="alert"><p><strong>${t('gone.title')}</strong> ${t('gone.text')}</p></div>`;
  } else if (state === 'signed-out') {
    return html`<div class="note bad" role="alert">
      <p><strong>${t('out.title')}</strong> ${t('out.text')}</p>
      <p>${t('out.command')} <code>java -jar posel.jar login-link --name Jana --role admin</code></p>
      <div><${Doing} action=${() => whoIsIt().catch(() => {})}>${t('out.again')}<//></div>
    </div>`;
  }
  return null;
}

function Side() {
  const { segments } = usePlace();
  const here = segments[0] ?? 'webhooks';
  const who = useStore(session);
  return html`<header class="side">
    <a class="brand" href=${to(['webhooks'])}><${Logo} />Posel</a>
    <nav aria-label=${t('app.navigation')}>
      <ul>
        ${PAGES.filter((each) => each.inMenu).map(
          ({ name }) => html`<li key=${name}>
            <a href=${to([name])} aria-current=${name === here ? 'page' : undefined}><${Icon} name=${name} />${t(`nav.${name}`)}</a>
          </li>`,
        )}
      </ul>
    </nav>
    <div class="foot">
      <div class="languages" role="group" aria-label=${t('app.language')}>
        ${[['en', 'English'], ['cs', 'Čeština']].map(
          ([code, name]) => html`<button type="button" lang=${code} aria-pressed=${String(language.get() === code)} onClick=${() => chooseLanguage(code)}>${name}</button>`,
        )}
      </div>
      ${who && html`<p class="who quiet">${t('app.signedInAs', { name: who.name, role: t(`role.${who.role}`) })}</p>`}
      <form method="post" action="/logout"><button class="small">${t('app.signOut')}</button></form>
    </div>
  </header>`;
}

const Logo = () =>
  html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="currentColor" /><path d="M6 16.500 26 7l-6.500 19-4-8z" fill="none" stroke="var(--surface)" stroke-width="2.400" stroke-linejoin="round" /><path d="m15.500 18 5-5.500" stroke="var(--surface)" stroke-width="2.400" stroke-linecap="round" /></svg>`;

function App() {
  const spoken = useLanguage();
  const who = useStore(session);
  const state = useStore(connection);
  const main = useRef(null);
  useEffect(() => {
    whoIsIt().catch(() => {});
  }, []);
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
  };
  const content = useMemo(() => html`<${Content} main=${main} />`, [spoken]);
  return html`<a class="skip button" href="#main" onClick=${skip}>${t('app.skip')}</a>
    <div class="frame">
      <${Side} />
      <main id="main" tabindex="-1" ref=${main}>
        <div class="banners">
          <${ConnectionNote} />
          ${who?.role === 'viewer' && html`<p class="note info">${t('common.viewerOnly')}</p>`}
          ${who && html`<${FailingBanner} />`}
        </div>
        ${who ? content : state === 'ok' && html`<${Loading} />`}
      </main>
    </div>
    <${Messages} />`;
}

document.documentElement.lang = language.get();
render(html`<${App} />`, document.getElementById('app'));
