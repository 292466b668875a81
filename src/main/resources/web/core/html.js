/** What every part of the page is made with: Preact without a compiler. */
import { h } from 'preact';
import htm from 'htm';

export { render, Fragment, createContext } from 'preact';
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId, useErrorBoundary } from 'preact/hooks';

export const html = htm.bind(h);
