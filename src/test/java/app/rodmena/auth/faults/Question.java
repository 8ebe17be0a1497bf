package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Exchange.Outcome;
import java.util.function.Function;

/**
 * A request and what its answer has to be.
 *
 * @param judge what a 200 with this body is
 */
record Question(String method, String path, String body, Function<String, Outcome> judge) {
    private static final String YES = "\"has_permission\":true";
    private static final String NO = "\"has_permission\":false";

    static Question write(String method, String path) {
        return new Question(method, path, "", body -> body.equals("{\"result\":true}") ? Outcome.RIGHT : Outcome.WRONG);
    }

    /** A yes where no is right can only be another tenant's. */
    static Question check(String user, String permission, boolean expected) {
        return check(user, permission, expected, expected ? Outcome.WRONG : Outcome.FOREIGN);
    }

    /** @param otherwise what the opposite answer is */
    static Question check(String user, String permission, boolean expected, Outcome otherwise) {
        return new Question(
                "GET",
                "/api/has_permission/%s/%s".formatted(user, permission),
                "",
                body -> body.contains(expected ? YES : NO)
                        ? Outcome.RIGHT
                        : body.contains(expected ? NO : YES) ? otherwise : Outcome.UNEXPECTED);
    }

    /** The members of a role: alice, who is in every tenant, and one whose name is of its tenant only. */
    static Question members(String role, int tenant) {
        String expected = """
                {"result":[{"user":"alice","role":"%1$s"},{"user":"tenant-%2$d","role":"%1$s"}]}""".formatted(role, tenant);
        return new Question("GET", "/api/members/" + role, "", body -> {
            if (body.equals(expected)) {
                return Outcome.RIGHT;
            }
            boolean foreign = body.replace("tenant-" + tenant, "").contains("tenant-");
            return foreign ? Outcome.FOREIGN : Outcome.WRONG;
        });
    }

    /** A check of one user for several permissions at once. */
    static Question batch(String user, String[] permissions, boolean[] expected, Outcome otherwise) {
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
        return new Question(
                "POST",
                "/api/check",
                asked.append("]}").toString(),
                body -> body.contains(right) ? Outcome.RIGHT : otherwise);
    }
}
