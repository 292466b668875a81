package io.posel;

import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/**
 * Makes {@code {{posel.…}}} in a route file the value that {@link Settings} gives. Camel asks the environment first, and
 * would find {@code POSEL_…} there as it was written, unchecked. What is no setting still comes from the environment.
 *
 * <p>Looks at what else Camel has found, as in an {@code application.properties} of a jar in {@code lib/}: it configures
 * nothing that the settings may not.
 */
final class SettingsFirst extends MainListenerSupport {
    private static final String OTHERS = "a file of properties on the class path, such as application.properties or"
            + " observability-services.properties in a jar in lib/";

    private final Map<String, String> settings;
    private final CamelKeys camelKeys;

    /** @param settings what Camel was given */
    SettingsFirst(Map<String, String> settings, CamelKeys camelKeys) {
        this.settings = settings;
        this.camelKeys = camelKeys;
    }

    @Override
    public void beforeInitialize(BaseMainSupport main) {
        if (main.getCamelContext().getPropertiesComponent() instanceof PropertiesComponent properties) {
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
            var found = properties.loadProperties(key -> true);
            for (String key : new TreeSet<>(found.stringPropertyNames())) {
                if (!Objects.equals(settings.get(key), found.getProperty(key))) {
                    refuse(key);
                }
                if (CamelKeys.isOfALibrary(key)) {
                    main.configure().setAutoConfigurationEnabled(true);
                }
            }
        }
    }

    private void refuse(String key) {
        if (key.startsWith(SettingNames.PREFIX)) {
            throw new InvalidSettingException(
                    key + " is refused in " + OTHERS + ": settings belong into config/application.properties");
        } else if (CamelKeys.isCamels(key)) {
            camelKeys.refusal(key).ifPresent(reason -> {
                throw new InvalidSettingException(key + " is refused in " + OTHERS + ": " + reason);
            });
        }
    }
}
