package io.posel;

import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/**
 * Makes {@code {{posel.…}}} in a route file the value that {@link Settings} gives. Camel asks the environment first, and
 * would find {@code POSEL_…} there as it was written, unchecked. What is no setting still comes from the environment.
 */
final class SettingsFirst extends MainListenerSupport {
    @Override
    public void beforeInitialize(BaseMainSupport main) {
        if (main.getCamelContext().getPropertiesComponent() instanceof PropertiesComponent properties) {
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
        }
    }
}
