import { html, useCallback, useState } from '../core/html.js';
import { t } from '../core/i18n.js';
import { useGuard } from '../core/router.js';
import { Dialog } from './basics.js';

/**
 * Asks before somebody leaves what has not been saved.
 *
 * @param unsaved whether there is something to lose
 * @returns the question, to be put into the page; null while nobody leaves
 */
export function useLeaving(unsaved) {
  const [answer, setAnswer] = useState(null);
  useGuard(
    unsaved,
    useCallback(() => new Promise((answered) => setAnswer(() => answered)), []),
  );
  if (!answer) return null;
  const stay = () => {
    answer(false);
    setAnswer(null);
  };
  return html`<${Dialog}
    title=${t('leave.title')}
    onClose=${stay}
    footer=${html`<button type="button" class="danger" onClick=${() => answer(true)}>${t('leave.go')}</button>
      <button type="button" class="primary" onClick=${stay}>${t('leave.stay')}</button>`}
  >
    <p>${t('leave.text')}</p>
  <//>`;
}
