import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { connection } from './api.js';

/**
 * What a function fetches, again whenever one of `needs` changes and, with `every`, all so many milliseconds while
 * somebody looks. What came before stays until the next one is there; an answer that was overtaken is dropped.
 */
export function useLoad(fetching, needs = [], { every } = {}) {
  const [state, setState] = useState({ data: undefined, error: null, loading: true });
  const turn = useRef(0);
  const latest = useRef(fetching);
  latest.current = fetching;

  const load = useCallback(async (quietly = false) => {
    const mine = ++turn.current;
    if (!quietly) setState((before) => ({ ...before, loading: true }));
    try {
      const data = await latest.current();
      if (mine === turn.current) setState({ data, error: null, loading: false });
    } catch (error) {
      if (error.name !== 'AbortError' && mine === turn.current) {
        setState((before) => ({ data: before.data, error, loading: false }));
      }
    }
  }, []);

  useEffect(() => {
    load();
    return () => void turn.current++;
  }, needs);

  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden && connection.get() === 'ok') load(true);
    }, every);
    return () => clearInterval(timer);
  }, [every]);

  // Posel is back, or somebody has signed in again
  useEffect(() => {
    let before = connection.get();
    return connection.subscribe((now) => {
      if (now === 'ok' && before !== 'ok') load(true);
      before = now;
    });
  }, []);

  return { ...state, reload: load };
}

/** A value that follows another one when that has stood still for a while. */
export function useSettled(value, milliseconds = 350) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
