import { useEffect } from 'preact/hooks';
import { store, useStore } from './store.js';

/**
 * Where somebody is: `#/webhooks/wh_1?state=dead`. Behind the `#`, so that the server needs to know one page only, and
 * what is filtered can be bookmarked and sent to a colleague.
 */
function here() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return {
    segments: path.split('/').filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export const place = store(here());
export const usePlace = () => useStore(place);

/** An address of a place. Empty values of the query are left out. */
export function to(segments, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== ''));
  const text = search.toString();
  return `#/${segments.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

let standing = location.hash;
/** Which entry of the browser's history that is, counted from the first one of this page. */
let entry = history.state?.entry ?? 0;
let guard = null;

history.replaceState({ entry }, '');

/** @param leaving asked before somebody leaves; what it answers, a promise, decides */
export function useGuard(isNeeded, leaving) {
  useEffect(() => {
    if (!isNeeded) return undefined;
    guard = leaving;
    const warn = (event) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => {
      guard = null;
      removeEventListener('beforeunload', warn);
    };
  }, [isNeeded, leaving]);
}

addEventListener('hashchange', async () => {
  if (location.hash === standing) return;
  const reached = history.state?.entry ?? entry + 1;
  history.replaceState({ entry: reached }, '');
  if (guard) {
    const steps = reached - entry;
    // back to where the question stands, so that both ways of leaving work on afterwards
    history.go(-steps);
    if (!(await guard())) return;
    guard = null;
    history.go(steps);
    return;
  }
  arrive();
});

function arrive() {
  standing = location.hash;
  entry = history.state.entry;
  place.set(here());
}

/** Goes there without asking: after what was worked on has been saved. */
export function go(segments, query, { replace = false } = {}) {
  guard = null;
  if (replace) history.replaceState({ entry }, '', to(segments, query));
  else history.pushState({ entry: entry + 1 }, '', to(segments, query));
  arrive();
}
