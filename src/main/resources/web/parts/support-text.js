import { duration, t } from '../core/i18n.js';
import { attemptName, reason, why } from './attempts.js';

const utc = (time) => new Date(time).toISOString();
const indented = (text) => text.split('\n').map((line) => `    ${line}`.trimEnd());
/** Two columns: the longest label decides. */
const columns = (rows) => {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`);
};

/** A delivery as plain text for an e-mail: what it was, what was tried and answered, what was sent. Secrets are masked. */
export function supportText(delivery, { webhookName, event, now = Date.now() }) {
  const { id, state, webhookId, eventId, eventType, entity, acceptedAt, settledAt, attempts, request } = delivery;
  const remark = reason(delivery);
  const facts = [
    [t('support.delivery'), id],
    [t('support.state'), t(`state.${state}`) + (remark ? ` – ${remark}` : '')],
    [t('support.webhook'), `${webhookName} (${webhookId})`],
    [t('support.event'), event === eventType ? eventType : `${event} (${eventType})`],
    [t('support.eventId'), eventId],
    [t('support.entity'), `${entity.type} ${entity.id}`],
    [t('support.accepted'), utc(acceptedAt)],
    [t('support.settled'), settledAt ? utc(settledAt) : t('delivery.notYet')],
  ];
  return [
    ...columns(facts),
    '',
    `${t('support.attempts')}:${attempts.length === 0 ? ` ${t('support.noAttempts')}` : ''}`,
    ...attempts.flatMap(attemptLines),
    '',
    `${t('support.request')}:`,
    ...(request ? requestLines(request) : [`  ${t('support.noRequest')}`]),
    '',
    t('support.utc', { time: utc(now) }),
    '',
  ].join('\n');
}

function attemptLines(attempt) {
  const { run, number, at, status, error, detail, resent, durationMs, answer } = attempt;
  const label = attemptName({ run, number });
  const result = error ? why(attempt) : t('support.delivered', { status: String(status) });
  return [
    `  ${label}: ${utc(at)} (${duration(durationMs)}) ${result}`,
    ...(resent ? indented(t('delivery.resent')) : []),
    ...(error && error !== 'status' && detail ? indented(detail) : []),
    ...(answer ? [`    ${t('support.answer')}`, ...indented(answer)] : []),
  ];
}

function requestLines({ method, url, headers, body }) {
  const lines = [`${method} ${url}`, ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)];
  return [...lines, ...(body ? ['', ...body.split('\n')] : [])].map((line) => `  ${line}`.trimEnd());
}
