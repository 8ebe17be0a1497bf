package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Exchange.Outcome;
import java.util.function.Function;

/**
 * A request, and how to classify its response.
 *
 * @param classify classifies the body of a response with status 200
 */
record ProbeRequest(String method, String path, String body, Function<String, Outcome> classify) {
    private static final String YES = "\"has_permission\":true";
    private static final String NO = "\"has_permission\":false";

    static ProbeRequest write(String method, String path) {
        return new ProbeRequest(
                method, path, "", body -> body.equals("{\"result\":true}") ? Outcome.RIGHT : Outcome.WRONG);
    }

    /** A check. An unexpected yes counts as another tenant's answer. */
    static ProbeRequest check(String user, String permission, boolean expected) {
        return check(user, permission, expected, expected ? Outcome.WRONG : Outcome.FOREIGN);
    }

    /** @param otherwise the outcome of the opposite answer */
    static ProbeRequest check(String user, String permission, boolean expected, Outcome otherwise) {
        return new ProbeRequest(
                "GET",
                "/api/has_permission/%s/%s".formatted(user, permission),
                "",
                body -> body.contains(expected ? YES : NO)
                        ? Outcome.RIGHT
                        : body.contains(expected ? NO : YES) ? otherwise : Outcome.UNEXPECTED);
    }

    /** Lists the members of a role: alice, who exists in every tenant, and a user named after the tenant. */
    static ProbeRequest members(String role, int tenant) {
        String expected = """
                {"result":[{"user":"alice","role":"%1$s"},{"user":"tenant-%2$d","role":"%1$s"}]}""".formatted(role, tenant);
        return new ProbeRequest("GET", "/api/members/" + role, "", body -> {
            if (body.equals(expected)) {
                return Outcome.RIGHT;
            }
            boolean foreign = body.replace("tenant-" + tenant, "").contains("tenant-");
            return foreign ? Outcome.FOREIGN : Outcome.WRONG;
        });
    }

    /** A batch of checks of one user for several permissions. */
    static ProbeRequest batch(String user, String[] permissions, boolean[] expected, Outcome otherwise) {
        StringBuilder asked = new StringBuilder("{\"checks\":[");
        StringBuilder answers = new StringBuilder("\"results\":[");
        for (int i = 0; i < permissions.length; i++) {
            asked.append(i == 0 ? "" : ",")
                    .append("{\"user\":\"%s\",\"permission\":\"%s\"}".formatted(user, permissions[i]));
            answers.append(i == 0 ? "" : ",")
                    .append("{")
                    .append(expected[i] ? YES : NO)
                    .append("}");
        }
        String right = answers.append("]").toString();
        return new ProbeRequest(
                "POST",
                "/api/check",
                asked.append("]}").toString(),
                body -> body.contains(right) ? Outcome.RIGHT : otherwise);
    }
}
