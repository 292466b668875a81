import { html } from '../core/html.js';
import { addTexts, t } from '../core/i18n.js';
import { session } from '../core/api.js';
import { useLoad } from '../core/load.js';
import { to } from '../core/router.js';
import { Icon, Loaded, Title } from '../parts/basics.js';
import { catalogue, title } from '../parts/catalogue.js';
import texts from '../texts/event-types.js';

addTexts(texts);

/** The catalogue: what webhooks can wait for. */
export default function EventTypes() {
  const types = useLoad(catalogue);
  return html`<${Title}
      under=${t('types.under')}
      actions=${session.get()?.role === 'admin' && html`<a class="button primary" href=${to(['event-types', 'new'])}><${Icon} name="plus" />${t('types.new')}</a>`}
      >${t('types.title')}<//
    >
    <${Loaded} of=${types}>
      ${(all) => html`<div class="card flush scroll">
        <table class="cards-on-phone">
          <thead>
            <tr>
              <th scope="col">${t('types.title')}</th>
              <th scope="col">${t('types.entity')}</th>
              <th scope="col">${t('types.variables')}</th>
              <th scope="col">${t('types.origin')}</th>
            </tr>
          </thead>
          <tbody>
            ${all.map(
              (each) => html`<tr key=${each.type} class="linked">
                <td>
                  <a class="name" href=${to(['event-types', each.type])}>${title(each.title, each.type)}</a>
                  <div class="under mono">${each.type}</div>
                </td>
                <td data-label=${t('types.entity')}>${each.entityType}</td>
                <td data-label=${t('types.variables')}>${t('types.count', { count: each.variables.length })}</td>
                <td data-label=${t('types.origin')}>${each.readOnly ? t('types.file') : t('types.own')}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`}
    <//>`;
}
