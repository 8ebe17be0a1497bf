package app.rodmena.auth.api;

import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.rbac.InvalidValueException;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.Permissions.PermissionCheck;
import app.rodmena.auth.rbac.UserName;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The body of {@code POST /api/check}, {@code {"checks": [{"user": …, "permission": …}, …]}}, and its response. An
 * invalid check gets an error entry in the response; a body that is invalid as a whole causes an {@link HttpError}.
 */
record BatchCheckRequest(List<Entry> entries) {
    static final int MAX_CHECKS = 1000;

    private static final Set<String> FIELDS = Set.of("user", "permission");

    /** A check, or the reason why it is invalid; the other one is null. */
    record Entry(PermissionCheck check, String error) {}

    /**
     * Parses a body.
     *
     * @throws HttpError if it is not a list of checks; the message quotes at most a field's name
     */
    static BatchCheckRequest of(byte[] body) {
        JsonNode checks = JsonFields.of(body, Set.of("checks")).list("checks");
        if (checks.isEmpty() || checks.size() > MAX_CHECKS) {
            throw HttpError.badRequest(
                    "checks: has %s entries; allowed are 1 to %s".formatted(checks.size(), MAX_CHECKS));
        }
        List<Entry> entries = new ArrayList<>(checks.size());
        checks.forEach(check -> entries.add(entry(check)));
        return new BatchCheckRequest(entries);
    }

    /** The valid checks, in request order. */
    List<PermissionCheck> checks() {
        return entries.stream()
                .filter(entry -> entry.error == null)
                .map(Entry::check)
                .toList();
    }

    /**
     * The response data: a result for each entry, in request order.
     *
     * @param allowed the results of {@link #checks()}, in the same order
     */
    ResponseBodies.Checked responseData(List<Boolean> allowed) {
        List<Object> results = new ArrayList<>(entries.size());
        Iterator<Boolean> iterator = allowed.iterator();
        for (Entry entry : entries) {
            results.add(
                    entry.error == null
                            ? new ResponseBodies.HasPermission(iterator.next())
                            : new ResponseBodies.NotChecked(entry.error));
        }
        return new ResponseBodies.Checked(results.size(), results);
    }

    private static Entry entry(JsonNode check) {
        try {
            JsonFields fields = JsonFields.of("a check", check, FIELDS);
            UserName user = new UserName(fields.text("user"));
            return new Entry(new PermissionCheck(user, new PermissionName(fields.text("permission"))), null);
        } catch (HttpError | InvalidValueException e) {
            return new Entry(null, e.getMessage());
        }
    }
}
