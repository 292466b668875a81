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
let guard = null;

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
  if (guard) {
    const wanted = location.hash;
    history.replaceState(null, '', standing || '#/');
    if (!(await guard())) return;
    guard = null;
    history.pushState(null, '', wanted);
  }
  arrive();
});

function arrive() {
  standing = location.hash;
  place.set(here());
}

/** Goes there without asking: after what was worked on has been saved. */
export function go(segments, query, { replace = false } = {}) {
  guard = null;
  history[replace ? 'replaceState' : 'pushState'](null, '', to(segments, query));
  arrive();
}
