package app.rodmena.auth.jmc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.openjdk.jmc.common.IDisplayable;
import org.openjdk.jmc.common.item.Attribute;
import org.openjdk.jmc.common.item.IItem;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.IItemIterable;
import org.openjdk.jmc.common.item.IMemberAccessor;
import org.openjdk.jmc.common.item.IType;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.common.unit.ContentType;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.flightrecorder.rules.AbstractRule;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IResultValueProvider;
import org.openjdk.jmc.flightrecorder.rules.ResultBuilder;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.TypedResult;
import org.openjdk.jmc.flightrecorder.rules.util.JfrRuleTopics;

/**
 * Names the session that blocked the connection pool, from the events {@code auth.LockWait}, and lists the incidents of
 * the recording. A warning if there is either.
 */
public final class PoolRule extends AbstractRule {
    private static final String LOCK_WAIT = "auth.LockWait";
    private static final String INCIDENT = "auth.Incident";
    private static final String POOL = "auth.Pool";

    /** The session that most connections waited for, from one of its events. */
    private static final class Blocking {
        final Set<Long> connections = new TreeSet<>();
        final Set<String> locks = new TreeSet<>();
        final Set<String> routes = new TreeSet<>();
        final String blocker;
        String state = "";
        String statement = "";
        IQuantity longest;

        Blocking(String blocker) {
            this.blocker = blocker;
        }
    }

    public PoolRule() {
        super(
                "AuthPool",
                "Auth: what the connection pool waited for",
                JfrRuleTopics.JAVA_APPLICATION,
                List.of(),
                List.of(TypedResult.SCORE),
                Map.of());
    }

    @Override
    protected IResult getResult(
            IItemCollection items, IPreferenceValueProvider preferences, IResultValueProvider results) {
        ResultBuilder result = ResultBuilder.createFor(this, preferences);
        List<Blocking> blocking = blocking(items);
        Collection<String> incidents = incidents(items);
        if (blocking.isEmpty() && incidents.isEmpty()) {
            boolean isRecorded = items.apply(ItemFilters.type(POOL)).hasItems();
            return score(result, isRecorded ? Severity.OK : Severity.IGNORE)
                    .setSummary(
                            isRecorded
                                    ? "No connection of the pool waited for a lock, and there was no incident."
                                    : "The recording has no events of the pool.")
                    .build();
        }
        if (!incidents.isEmpty()) {
            result.setExplanation(
                    incidents.stream().map(sentence -> "Incident: " + sentence).collect(Collectors.joining("\n")));
        }
        if (!blocking.isEmpty()) {
            result.setSolution("End the transaction of the blocking session, or let it commit sooner.");
        }
        return score(result, Severity.WARNING)
                .setSummary(
                        blocking.isEmpty()
                                ? incidents.iterator().next()
                                : blocking.stream().map(PoolRule::sentence).collect(Collectors.joining(" ")))
                .build();
    }

    private ResultBuilder score(ResultBuilder result, Severity severity) {
        return result.setSeverity(severity)
                .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(severity.getLimit()));
    }

    private static String sentence(Blocking session) {
        return "%s%s held a lock on %s; %s of the pool waited for it for up to %s (%s).%s"
                .formatted(
                        session.blocker,
                        session.state.isEmpty() ? "" : ", " + session.state + ",",
                        session.locks.isEmpty() ? "an object" : String.join(", ", session.locks),
                        session.connections.size() == 1 ? "1 connection" : session.connections.size() + " connections",
                        session.longest.displayUsing(IDisplayable.AUTO),
                        String.join(", ", session.routes),
                        session.statement.isEmpty() ? "" : " Its last statement: " + session.statement);
    }

    /** The sessions that connections waited for, the one with the most connections first. */
    private static List<Blocking> blocking(IItemCollection items) {
        Map<String, Blocking> sessions = new LinkedHashMap<>();
        forEach(items, LOCK_WAIT, event -> {
            Blocking session = sessions.computeIfAbsent(event.text("blocker"), Blocking::new);
            session.connections.add(event.number("connection"));
            session.routes.add(event.text("route"));
            if (!event.text("lock").isEmpty()) {
                session.locks.add(event.text("lock"));
            }
            session.state = event.text("blockerState");
            session.statement = event.text("blockerStatement");
            IQuantity wait = event.value("waitTime", UnitLookup.TIMESPAN);
            if (session.longest == null || session.longest.compareTo(wait) < 0) {
                session.longest = wait;
            }
        });
        List<Blocking> sorted = new ArrayList<>(sessions.values());
        sorted.sort(Comparator.comparing((Blocking session) -> session.connections.size())
                .reversed());
        return sorted;
    }

    /** The last sentence of each incident. */
    private static Collection<String> incidents(IItemCollection items) {
        Map<String, String> sentences = new LinkedHashMap<>();
        forEach(items, INCIDENT, event -> sentences.put(event.text("id"), event.text("sentence")));
        return sentences.values();
    }

    private record Event(IType<IItem> type, IItem item) {
        <T> T value(String field, ContentType<T> content) {
            IMemberAccessor<T, IItem> accessor =
                    Attribute.attr(field, field, content).getAccessor(type);
            return accessor == null ? null : accessor.getMember(item);
        }

        String text(String field) {
            String text = value(field, UnitLookup.PLAIN_TEXT);
            return text == null ? "" : text;
        }

        long number(String field) {
            IQuantity number = value(field, UnitLookup.NUMBER);
            return number == null ? 0 : number.longValue();
        }
    }

    private static void forEach(IItemCollection items, String type, Consumer<Event> action) {
        for (IItemIterable iterable : items.apply(ItemFilters.type(type))) {
            iterable.forEach(item -> action.accept(new Event(iterable.getType(), item)));
        }
    }
}
