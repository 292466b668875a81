import { html } from '../core/html.js';
import { hourAndMinute, percent, t } from '../core/i18n.js';

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/**
 * A bar for each of the last 24 hours, as high as much was sent, red as far as it was not delivered; and the share that was.
 *
 * @param counts `{delivered, dead}`, 24 numbers each, oldest first; missing where nothing was sent
 */
export function DayBars({ counts, hours }) {
  if (!counts) return html`<span class="quiet">${t('webhooks.nothing')}</span>`;
  const delivered = sum(counts.delivered);
  const dead = sum(counts.dead);
  const most = Math.max(...counts.delivered.map((each, i) => each + counts.dead[i]));
  return html`<div class="row" style=${{ gap: '.2rem .6rem' }}>
    <span class="bars" role="img" aria-label=${t('webhooks.barsLabel', { delivered, dead })}>
      ${counts.delivered.map((each, i) => {
        const all = each + counts.dead[i];
        const height = all === 0 ? 0 : Math.max(12, (100 * all) / most);
        return html`<i
          class=${all > 0 ? 'some' : ''}
          style=${{ height: `${height}%` }}
          title=${`${hours ? `${hourAndMinute(hours[i])}: ` : ''}${t('webhooks.barsLabel.hour', { delivered: each, dead: counts.dead[i] })}`}
          >${counts.dead[i] > 0 && html`<b style=${{ height: `${(100 * counts.dead[i]) / all}%` }}></b>`}</i
        >`;
      })}
    </span>
    <span class="hint nowrap">${t('webhooks.rate', { percent: percent(delivered / (delivered + dead)), count: delivered + dead })}</span>
  </div>`;
}
