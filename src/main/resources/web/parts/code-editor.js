import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, MatchDecorator, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { BEGUN, variable } from '../core/variable.js';

/**
 * CodeMirror for a JSON template. In a shadow root: there its styles are sheets made by script, which the page's policy
 * allows, and not style elements, which it forbids.
 */
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.brace, tags.squareBracket, tags.separator], color: 'var(--quiet)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '.9rem', backgroundColor: 'var(--surface)', color: 'var(--text)', minHeight: '11rem', maxHeight: '32rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', overflow: 'auto', minHeight: '11rem' },
  '.cm-content': { caretColor: 'var(--text)', padding: '.5rem 0' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-variable': { backgroundColor: 'var(--accent-soft)', color: 'var(--accent-strong)', borderRadius: '3px', fontWeight: '600' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--line)', borderRadius: '6px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
});

const variables = ViewPlugin.fromClass(
  class {
    #matcher = new MatchDecorator({ regexp: variable('g'), decoration: Decoration.mark({ class: 'cm-variable' }) });

    constructor(view) {
      this.decorations = this.#matcher.createDeco(view);
    }

    update(update) {
      this.decorations = this.#matcher.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/**
 * Typing over what is marked. Chromium by itself would keep the colour of what stood there in a style attribute, which
 * the page's policy forbids, and says so in the console.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    if (event.inputType !== 'insertText' || !event.data || main.empty || view.composing || view.state.readOnly) return false;
    event.preventDefault();
    const typed = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, event.data, typed));
    if (!handled) view.dispatch(typed());
    return true;
  },
});

class JsonEditor extends HTMLElement {
  #view;
  #changing = false;
  #readOnly = new Compartment();
  #attributes = new Compartment();
  /** @type {() => {name: string, what: string}[]} */
  offered = () => [];

  connectedCallback() {
    if (this.#view) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: this.pending ?? '',
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          json(),
          syntaxHighlighting(colours),
          look,
          variables,
          typingOver,
          EditorView.lineWrapping,
          autocompletion({ override: [(context) => this.#complete(context)], icons: false }),
          // no Tab: it goes on to the next field
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
          this.#readOnly.of([]),
          this.#attributes.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.#changing) this.dispatchEvent(new CustomEvent('change', { detail: update.state.doc.toString() }));
          }),
        ],
      }),
    });
  }

  #complete(context) {
    const begun = context.matchBefore(BEGUN);
    if (!begun) return null;
    const options = this.offered().map(({ name, what }) => ({ label: `#${name}#`, detail: what, type: 'variable' }));
    return { from: begun.from, options, validFor: new RegExp(`^${BEGUN.source}#?$`, 'u') };
  }

  set value(text) {
    this.pending = text;
    if (!this.#view || this.#view.state.doc.toString() === text) return;
    this.#changing = true;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    this.#changing = false;
  }

  describe(attributes, readOnly) {
    this.#view.dispatch({
      effects: [
        this.#attributes.reconfigure(EditorView.contentAttributes.of(attributes)),
        this.#readOnly.reconfigure(readOnly ? EditorState.readOnly.of(true) : []),
      ],
    });
  }

  /** @param errors `{line, column, message, severity}`, counted from 1 */
  mark(errors) {
    const { doc } = this.#view.state;
    this.#view.dispatch(
      setDiagnostics(
        this.#view.state,
        errors.map(({ line, column, message, severity = 'error' }) => {
          const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
          const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
          return { from: from === doc.length && from > 0 ? from - 1 : from, to: Math.min(from + 1, doc.length), severity, message };
        }),
      ),
    );
  }

  insert(text) {
    this.#view.dispatch(this.#view.state.replaceSelection(text), { scrollIntoView: true });
    this.#view.focus();
  }

  focus() {
    this.#view?.focus();
  }
}

customElements.define('json-editor', JsonEditor);
