import { html, useState } from '../core/html.js';
import { duration, hasText, t } from '../core/i18n.js';
import { Badge, Doing, sentence, Time } from './basics.js';

const TONES = { held: 'warn', queued: 'info', delivered: 'good', dead: 'bad', skipped: '' };
/** Of many attempts the first and the last ones are shown. */
const FIRST = 2;
const LAST = 6;

export const isSettled = ({ state }) => state !== 'held' && state !== 'queued';

export const StateBadge = ({ state }) => html`<${Badge} tone=${TONES[state]}>${t(`state.${state}`)}<//>`;

/** Why an attempt failed: what it came from where that is known, else what kind of failure it was. */
export const why = ({ error, cause, status, detail }) =>
  hasText(`cause.${cause}`) ? t(`cause.${cause}`) : sentence({ code: error, params: { status: String(status) }, detail: detail ?? error }, 'error');

/** Why a delivery is as it is, where there is more to say than its state; null otherwise. */
export function reason({ state, reason: code, attempts }) {
  const last = attempts.at(-1);
  if (state === 'dead' && code) return last?.error === code ? why(last) : why({ error: code, status: null });
  if (state === 'skipped' && code) return sentence({ code, detail: code }, 'reason');
  if (!isSettled({ state }) && last?.error) return t('deliveries.retrying', { why: why(last) });
  return null;
}

/** Of successful attempts only the last one is kept, so that the numbers say more than how many there are. */
export function attemptCount({ attempts }) {
  const highest = new Map();
  for (const { run, number } of attempts) highest.set(run, Math.max(number, highest.get(run) ?? 0));
  return [...highest.values()].reduce((a, b) => a + b, 0);
}

/** Which attempt it was; after somebody sent it again they are counted anew. */
export const attemptName = ({ run, number }) => t(run > 1 ? 'delivery.attemptOfRun' : 'delivery.attempt', { run: String(run), number: String(number) });

/** What happened to a delivery, in its order. */
export function Timeline({ delivery }) {
  const [all, setAll] = useState(false);
  const { attempts, state, settledAt } = delivery;
  const few = all || attempts.length <= FIRST + LAST + 1;
  const runBefore = (attempt) => attempts[attempts.indexOf(attempt) - 1]?.run ?? 1;
  const hidden = few ? 0 : attempts.length - FIRST - LAST;
  const item = (attempt) => html`${attempt.run > runBefore(attempt) && html`<li key=${attempt.run}><div><p><strong>${t('delivery.wasSentAgain')}</strong></p></div></li>`}
    <${Attempt} key=${`${attempt.run}/${attempt.number}`} attempt=${attempt} />`;
  return html`<ol class="timeline">
    <li>
      <div>
        <p><strong>${t('delivery.wasAccepted')}</strong></p>
        <p class="hint"><${Time} at=${delivery.acceptedAt} /></p>
      </div>
    </li>
    ${few
      ? attempts.map(item)
      : html`${attempts.slice(0, FIRST).map(item)}
          <li key="between">
            <div><${Doing} className="small" action=${() => setAll(true)}>${t('delivery.between', { count: hidden })}<//></div>
          </li>
          ${attempts.slice(-LAST).map(item)}`}
    ${state === 'dead' &&
    html`<li class="bad" key="end">
      <div><p><strong>${t('delivery.givenUp')}</strong></p><p class="hint"><${Time} at=${settledAt} /></p></div>
    </li>`}
    ${state === 'skipped' &&
    html`<li key="end">
      <div><p><strong>${t('delivery.skipped')}</strong></p><p class="hint"><${Time} at=${settledAt} /></p></div>
    </li>`}
    ${!isSettled(delivery) &&
    html`<li key="end" class="waits">
      <div><p><strong>${t('delivery.waits')}</strong> <span class="spinner" aria-hidden="true"></span></p></div>
    </li>`}
  </ol>`;
}

function Attempt({ attempt }) {
  const { at, status, error, detail, resent, durationMs, answer } = attempt;
  return html`<li class=${error ? 'bad' : 'good'}>
    <div class="stack tight">
      <p>
        <strong>${attemptName(attempt)}</strong>${' '}
        <span class="hint"><${Time} at=${at} />, ${t('delivery.took', { duration: duration(durationMs) })}</span>
      </p>
      <p class=${error ? 'bad-text' : 'good-text'}>${error ? why(attempt) : t('delivery.answered', { status: String(status) })}</p>
      ${resent && html`<p class="hint">${t('delivery.resent')}</p>`}
      ${error && error !== 'status' && detail && html`<p class="hint">${t('delivery.detail', { detail })}</p>`}
      ${answer && html`<p class="hint">${t('delivery.answer')}</p><pre tabindex="0" aria-label=${t('delivery.answer')}>${answer}</pre>`}
    </div>
  </li>`;
}
