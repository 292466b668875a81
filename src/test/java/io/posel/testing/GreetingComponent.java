package io.posel.testing;

import java.util.List;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** A component that an engineer might bring along: {@code to: greeting:…} makes its words the body. */
public final class GreetingComponent extends DefaultComponent {
    private String words = "";

    /** What belongs into its jar. */
    public static List<Class<?>> classes() {
        return List.of(GreetingComponent.class, Greeting.class, Greeter.class);
    }

    public String getWords() {
        return words;
    }

    public void setWords(String words) {
        this.words = words;
    }

    @Override
    protected Greeting createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        return new Greeting(uri, this);
    }

    private static final class Greeting extends DefaultEndpoint {
        private final GreetingComponent component;

        Greeting(String uri, GreetingComponent component) {
            super(uri, component);
            this.component = component;
        }

        @Override
        public Producer createProducer() {
            return new Greeter(this);
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Greeter extends DefaultProducer {
        private final Greeting greeting;

        Greeter(Greeting greeting) {
            super(greeting);
            this.greeting = greeting;
        }

        @Override
        public void process(Exchange exchange) {
            exchange.getMessage().setBody(greeting.component.getWords());
        }
    }
}
