package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.schema.RecordSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import jdk.jfr.AnnotationElement;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventFactory;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.ValueDescriptor;

/**
 * The event {@code auth.Pool}: the pool's numbers, once a second while a recording enables it. Its fields are those of
 * {@link PoolView}; a duration is a time span without the suffix {@code Millis}, as in other events. The event is
 * created when the Flight Recorder starts, so that it costs nothing before. Thread-safe.
 */
final class PoolJfrEvent implements jdk.jfr.FlightRecorderListener, AutoCloseable {
    static final String NAME = "auth.Pool";

    private static final String MILLIS = "Millis";

    /** Created once per process: a second one would be a second event of the same name. */
    private static final class Factory {
        static final RecordSchema SCHEMA = RecordSchema.of(PoolView.class);
        static final EventFactory EVENTS = EventFactory.create(
                List.of(
                        new AnnotationElement(Name.class, NAME),
                        new AnnotationElement(Label.class, "Pool"),
                        new AnnotationElement(Description.class, "The pool's numbers, once a second"),
                        new AnnotationElement(Category.class, new String[] {"Auth", "Pool"}),
                        new AnnotationElement(StackTrace.class, false),
                        new AnnotationElement(Period.class, "1 s")),
                SCHEMA.fields().stream().map(Factory::descriptor).toList());
        static final Class<? extends Event> TYPE = EVENTS.newEvent().getClass();

        private static ValueDescriptor descriptor(RecordSchema.Field field) {
            boolean isTime = isTime(field);
            String name = isTime ? field.name().replaceFirst(MILLIS + "$", "") : field.name();
            List<AnnotationElement> annotations = new ArrayList<>(List.of(
                    new AnnotationElement(Label.class, label(name)),
                    new AnnotationElement(Description.class, field.description())));
            if (isTime) {
                annotations.add(new AnnotationElement(Timespan.class, Timespan.NANOSECONDS));
            } else if (field.unit().equals("0 to 1")) {
                annotations.add(new AnnotationElement(Percentage.class));
            }
            return new ValueDescriptor(isTime ? long.class : (Class<?>) field.type(), name, annotations);
        }

        private static boolean isTime(RecordSchema.Field field) {
            return field.name().endsWith(MILLIS);
        }

        /** For example {@code Total connections}. */
        private static String label(String name) {
            String words = name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
            return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
        }

        static Event event(PoolView view) {
            Event event = EVENTS.newEvent();
            for (int i = 0; i < SCHEMA.fields().size(); i++) {
                RecordSchema.Field field = SCHEMA.fields().get(i);
                Object value = field.of(view);
                event.set(i, isTime(field) ? Math.round(((Number) value).doubleValue() * 1e6) : value);
            }
            return event;
        }
    }

    private final Runnable hook;

    /** Emits the event until it is closed. */
    PoolJfrEvent(Supplier<PoolView> view) {
        hook = () -> Factory.event(view.get()).commit();
        FlightRecorder.addListener(this);
    }

    /** Called at once if the Flight Recorder has started before. */
    @Override
    public void recorderInitialized(FlightRecorder recorder) {
        FlightRecorder.addPeriodicEvent(Factory.TYPE, hook);
    }

    @Override
    public void close() {
        FlightRecorder.removeListener(this);
        FlightRecorder.removePeriodicEvent(hook);
    }
}
