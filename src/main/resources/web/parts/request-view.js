import { html } from '../core/html.js';
import { t } from '../core/i18n.js';

/** A request as it goes out, or went out. */
export function RequestView({ request }) {
  const headers = Object.entries(request.headers ?? {});
  return html`<div class="stack tight">
    <pre class="break"><strong>${request.method}</strong> ${request.url}</pre>
    ${headers.length > 0 &&
    html`<details>
      <summary>${t('preview.headers')}</summary>
      <pre>${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
    </details>`}
    ${request.body === null || request.body === undefined ? html`<p class="quiet">${t('preview.noBody')}</p>` : html`<pre tabindex="0" aria-label=${t('preview.body')}>${pretty(request.body)}</pre>`}
  </div>`;
}

/** With line breaks where it has none of its own; a number keeps its digits, so that it is not parsed. */
function pretty(text) {
  if (/\n/.test(text) || text.length > 100_000) return text;
  let depth = 0;
  let inString = false;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const each = text[i];
    if (inString) {
      out += each;
      if (each === '\\') out += text[++i] ?? '';
      else if (each === '"') inString = false;
    } else if (each === '"') {
      inString = true;
      out += each;
    } else if (each === '{' || each === '[') {
      const closing = /^\s*[}\]]/.exec(text.slice(i + 1, i + 20));
      if (closing) {
        out += each + closing[0].trim();
        i += closing[0].length;
      } else {
        out += `${each}\n${'  '.repeat(++depth)}`;
      }
    } else if (each === '}' || each === ']') {
      out += `\n${'  '.repeat(Math.max(--depth, 0))}${each}`;
    } else if (each === ',') {
      out += `,\n${'  '.repeat(depth)}`;
    } else if (each === ':') {
      out += ': ';
    } else if (!/\s/.test(each)) {
      out += each;
    }
  }
  return out;
}
