import { html, useEffect, useLayoutEffect, useRef, useState } from '../core/html.js';
import { insertAtCaret } from './variables.js';

let loading;

/**
 * A field for a JSON template: a plain text area until the editor has come, and for good if it does not come.
 *
 * @param errors what is marked: `{line, column, message, severity}`; of severity `error` without one
 * @param into a ref that gets `insert(text)` and `focus()`
 */
export function JsonField({ value, onChange, errors, offered, label, readOnly, attributes, into }) {
  const invalid = errors.some(({ severity }) => severity !== 'warning');
  const [there, setThere] = useState(Boolean(customElements.get('json-editor')));
  const element = useRef(null);
  useEffect(() => {
    loading ??= import('./code-editor.js');
    loading.then(
      () => setThere(true),
      () => (loading = undefined),
    );
  }, []);

  useEffect(() => {
    into.current = {
      insert: (text) => (there ? element.current.insert(text) : insertAtCaret(element.current, text)),
      focus: () => element.current.focus(),
    };
  });
  // before the next key is pressed: later it would take back what has been typed meanwhile
  useLayoutEffect(() => {
    if (there) element.current.value = value;
  }, [there, value]);
  useLayoutEffect(() => {
    if (there) element.current.mark(errors);
  }, [there, value, errors]);
  useLayoutEffect(() => {
    if (!there) return;
    element.current.offered = () => offered;
    element.current.describe({ 'aria-label': label, ...(invalid ? { 'aria-invalid': 'true' } : {}) }, readOnly);
  }, [there, offered, label, readOnly, invalid]);

  if (!there) {
    return html`<textarea
      ...${attributes}
      ref=${element}
      class="mono"
      rows="8"
      spellcheck=${false}
      readonly=${readOnly}
      value=${value}
      aria-label=${label}
      onInput=${(event) => onChange(event.target.value)}
    ></textarea>`;
  }
  return html`<div class=${`editor ${invalid ? 'invalid' : ''}`}>
    <json-editor ref=${element} onchange=${(event) => onChange(event.detail)}></json-editor>
  </div>`;
}
