import { html, useState } from '../core/html.js';
import { t } from '../core/i18n.js';
import { api, path } from '../core/api.js';
import { Dialog, Doing, Problem } from './basics.js';
import { say, sayProblem } from './messages.js';

/** Switches a webhook on or off at once. What came up while it was off is asked about before it is switched on. */
export function Switch({ webhook, disabled, onChanged }) {
  const [asking, setAsking] = useState(null);
  const [busy, setBusy] = useState(false);

  const change = async (event) => {
    const on = event.target.checked;
    // what is shown is how it is, not how it will be
    event.target.checked = webhook.enabled;
    setBusy(true);
    try {
      if (on) {
        const all = await waiting(webhook, false);
        if (all > 0) {
          setAsking({ all, latest: await waiting(webhook, true) });
          return;
        }
      }
      onChanged((await api.patch(path`/api/webhooks/${webhook.id}`, { enabled: on })).json);
      say(t(on ? 'webhooks.switchedOn' : 'webhooks.switchedOff', { name: webhook.name }));
    } catch (error) {
      sayProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return html`<label class="switch">
      <input type="checkbox" role="switch" checked=${webhook.enabled} disabled=${disabled || busy} onChange=${change} aria-label=${t('webhooks.onFor', { name: webhook.name })} />
    </label>
    ${asking && html`<${SwitchOn} webhook=${webhook} counts=${asking} onChanged=${onChanged} onClose=${() => setAsking(null)} />`}`;
}

const replay = (webhook, onlyLatest, dryRun) =>
  api.post('/api/deliveries/replay', { webhook: webhook.id, states: ['skipped'], onlyLatest, dryRun });

async function waiting(webhook, onlyLatest) {
  return (await replay(webhook, onlyLatest, true)).count;
}

function SwitchOn({ webhook, counts, onChanged, onClose }) {
  const [what, setWhat] = useState('none');
  const [error, setError] = useState(null);
  const choices = [
    ['all', t('on.all'), t('on.allHelp')],
    ...(counts.latest < counts.all ? [['latest', t('on.latest', { count: counts.latest }), t('on.latestHelp')]] : []),
    ['none', t('on.none'), t('on.noneHelp')],
  ];
  const switchOn = async () => {
    setError(null);
    try {
      // first back into the queue, then on: so that what happens from now on comes behind
      const count = what === 'none' ? 0 : (await replay(webhook, what === 'latest', false)).count;
      onChanged((await api.patch(path`/api/webhooks/${webhook.id}`, { enabled: true })).json);
      say(count > 0 ? t('on.sent', { name: webhook.name, count }) : t('webhooks.switchedOn', { name: webhook.name }));
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return html`<${Dialog}
    title=${t('on.title', { name: webhook.name })}
    onClose=${onClose}
    footer=${html`<button type="button" onClick=${onClose}>${t('common.cancel')}</button><${Doing} className="primary" action=${switchOn}>${t('on.do')}<//>`}
  >
    <${Problem} error=${error} />
    <fieldset class="choice">
      <legend>${t('on.text', { count: counts.all })}</legend>
      ${choices.map(
        ([value, label, help]) => html`<label class="check" key=${value}>
          <input type="radio" name="what" value=${value} checked=${what === value} onChange=${() => setWhat(value)} />
          <span>${label}<span class="hint">${help}</span></span>
        </label>`,
      )}
    </fieldset>
  <//>`;
}
