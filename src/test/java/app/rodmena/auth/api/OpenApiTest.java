package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.rbac.InvalidValueException;
import app.rodmena.auth.rbac.PermissionName;
import app.rodmena.auth.rbac.RoleName;
import app.rodmena.auth.rbac.UserName;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The description of the API: every route, status, header and schema, and nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Headers of every response. */
    private static final Set<String> COMMON_HEADERS =
            Set.of("content-type", "content-length", "cache-control", "date", "connection", "transfer-encoding");

    /** Statuses of failures that no request of this test causes. */
    private static final Set<String> NOT_CAUSED = Set.of("408", "410", "500");

    private static final List<String> ORDER = List.of("get", "post", "put", "delete");

    private TestApi api;
    private JsonNode description;

    /** One method of one path. */
    private record Operation(String method, String path, JsonNode json) {
        boolean isKeyed() {
            return !json.has("security");
        }

        /** The method and the path of a request. */
        String target() {
            return path.replace("{user}", "ann").replace("{role}", "staff:all").replace("{name}", "article:read");
        }

        String body() {
            return switch (path) {
                case "/api/check" ->
                    "{\"checks\":[{\"user\":\"ann\",\"permission\":\"article:read\"},{\"user\":\"\",\"permission\":\"x\"}]}";
                case "/api/role/{role}/description" -> "{\"description\":\"All staff\"}";
                default -> "";
            };
        }

        @Override
        public String toString() {
            return method.toUpperCase(Locale.ROOT) + " " + path;
        }
    }

    @BeforeAll
    void start() throws Exception {
        api = new TestApi();
        for (String path : List.of(
                "/api/role/staff:all",
                "/api/role/other",
                "/api/membership/ann/staff:all",
                "/api/membership/bob/staff:all",
                "/api/membership/ann/other",
                "/api/permission/staff:all/article:read",
                "/api/permission/staff:all/article:write",
                "/api/permission/other/article:read")) {
            api.send("POST", path);
        }
        description = JSON.readTree(api.sendWithoutKey("GET", "/openapi.json").body());
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        description
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method ->
                                operations.add(new Operation(method.getKey(), path.getKey(), method.getValue()))));
        operations.sort(Comparator.comparing(operation -> ORDER.indexOf(operation.method)));
        return operations;
    }

    @Test
    void theDescribedOperationsAreTheRoutes() {
        assertThat(operations().stream().map(Operation::toString))
                .containsExactlyInAnyOrderElementsOf(
                        Routes.of(api.engine, api.health, null).names());
        assertThat(operations().stream()
                        .map(operation -> operation.json.path("operationId").textValue()))
                .doesNotHaveDuplicates()
                .doesNotContainNull();
    }

    @Test
    void theYamlIsTheSameDocument() throws Exception {
        HttpResponse<String> yaml = api.sendWithoutKey("GET", "/openapi.yaml");

        assertThat(yaml.headers().firstValue("Content-Type")).hasValue("application/yaml");
        assertThat(new YAMLMapper().readTree(yaml.body())).isEqualTo(description);
    }

    @Test
    void everyAnswerIsAsDescribedAndEveryDescribedStatusOccurs() throws Exception {
        for (Operation operation : operations()) {
            Set<String> seen = new TreeSet<>();
            boolean isList = operation.json.toString().matches(".*#/components/parameters/(l|changesL)imit.*");
            for (Consumer<HttpRequest.Builder> change : changes(operation)) {
                seen.add(check(operation, "", operation.body(), change));
            }
            seen.add(check(operation, "", "x".repeat(300_000), builder -> {}));
            seen.add(check(operation, "?" + "x".repeat(9_000), operation.body(), builder -> {}));
            if (operation.isKeyed()) {
                String status = check(operation, "?limit=1", operation.body(), builder -> {});
                assertThat(status).as("%s with a limit", operation).isEqualTo(isList ? "200" : "400");
                seen.add(status);
            }
            Set<String> described = new HashSet<>();
            operation.json.path("responses").fieldNames().forEachRemaining(described::add);
            described.removeAll(NOT_CAUSED);
            if (!operation.isKeyed()) {
                described.remove("503"); // The database is up
            }
            assertThat(seen).as("%s", operation).isEqualTo(new TreeSet<>(described));
        }
    }

    /** Changes of a valid request that cause the described statuses. */
    private List<Consumer<HttpRequest.Builder>> changes(Operation operation) {
        Stream<Consumer<HttpRequest.Builder>> forAll =
                Stream.of(builder -> {}, builder -> builder.header("X-Long", "x".repeat(17_000)));
        Stream<Consumer<HttpRequest.Builder>> forKeyed = Stream.of(
                builder -> builder.setHeader("Authorization", "none"),
                builder -> builder.setHeader("Authorization", "Bearer invalid"),
                builder -> builder.header("Request-Timeout", "0.000000001"),
                builder -> builder.header("Accept-Encoding", "gzip"));
        return (operation.isKeyed() ? Stream.concat(forAll, forKeyed) : forAll).toList();
    }

    /** Sends a request, checks that its answer is described, and returns its status. */
    private String check(Operation operation, String query, String body, Consumer<HttpRequest.Builder> change)
            throws Exception {
        HttpRequest.Builder request = api.request("GET", operation.target() + query)
                .method(operation.method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.ofString(body));
        if (operation.isKeyed()) {
            request.header("Authorization", "Bearer " + api.key);
        }
        change.accept(request);
        HttpResponse<String> answer = api.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String status = Integer.toString(answer.statusCode());
        JsonNode response = resolve(operation.json.path("responses").path(status));
        String what = operation + " " + status + " " + answer.body();
        assertThat(response.isMissingNode()).as(what).isFalse();
        assertThat(answer.headers().map().keySet().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .filter(name -> !COMMON_HEADERS.contains(name)))
                .as(what)
                .allMatch(name -> headers(response).contains(name));
        for (String required : List.of("retry-after", "www-authenticate")) {
            assertThat(answer.headers().firstValue(required).isPresent())
                    .as(what)
                    .isEqualTo(headers(response).contains(required));
        }
        String type = answer.headers().firstValue("Content-Type").orElseThrow();
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isMissingNode()).as(what).isFalse();
        if (type.equals("application/json")) {
            validate(what, schema, JSON.readTree(answer.body()));
        }
        return status;
    }

    private static List<String> headers(JsonNode response) {
        List<String> names = new ArrayList<>();
        response.path("headers").fieldNames().forEachRemaining(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref")
                ? resolve(description.at(node.path("$ref").textValue().substring(1)))
                : node;
    }

    /** Validates a value against the keywords of JSON Schema that the description uses. */
    private void validate(String what, JsonNode reference, JsonNode value) {
        JsonNode schema = resolve(reference);
        JsonNode types = schema.path("type");
        assertThat(types.isArray() ? types : JSON.createArrayNode().add(types))
                .as(what + " " + value)
                .anyMatch(type -> hasType(type.textValue(), value));
        if (schema.has("const")) {
            assertThat(value).as(what).isEqualTo(schema.path("const"));
        }
        if (schema.has("enum")) {
            assertThat(schema.path("enum")).as(what).contains(value);
        }
        if (schema.has("pattern")) {
            assertThat(value.textValue())
                    .as(what)
                    .matches(schema.path("pattern").textValue());
        }
        if (value.isArray()) {
            value.forEach(element -> validate(what, schema.path("items"), element));
        }
        if (value.isObject() && schema.has("properties")) {
            schema.path("required")
                    .forEach(name -> assertThat(value.has(name.textValue()))
                            .as("%s: %s", what, name)
                            .isTrue());
            value.properties().forEach(field -> {
                assertThat(schema.path("properties").has(field.getKey()))
                        .as("%s: %s", what, field.getKey())
                        .isTrue();
                validate(what, schema.path("properties").path(field.getKey()), field.getValue());
            });
        }
    }

    private static boolean hasType(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "null" -> value.isNull();
            case "array" -> value.isArray();
            default -> value.isObject();
        };
    }

    @Test
    void theDescribedNamesAreTheAcceptedOnes() {
        Map<String, Consumer<String>> parsers = Map.of(
                "user", UserName::new,
                "role", RoleName::new,
                "permission", PermissionName::new,
                "workflow", PermissionName::ofWorkflow,
                "workflowToRun", PermissionName::ofWorkflowToRun);
        parsers.forEach((parameter, parser) -> {
            JsonNode schema = description.at("/components/parameters/" + parameter + "/schema");
            int max = schema.path("maxLength").intValue();
            Stream<String> names = Stream.concat(
                    Stream.iterate(' ', c -> c < 256, c -> (char) (c + 1)).map(c -> "a" + c),
                    Stream.of("", "a".repeat(max), "a".repeat(max + 1)));
            names.forEach(name -> assertThat(accepts(parser, name))
                    .as("%s '%s'", parameter, name)
                    .isEqualTo(name.matches(schema.path("pattern").textValue())));
        });
    }

    private static boolean accepts(Consumer<String> parser, String name) {
        try {
            parser.accept(name);
            return true;
        } catch (InvalidValueException e) {
            return false;
        }
    }

    @Test
    void theDescribedReasonsAreThoseOfTheServer() {
        Set<String> described = new TreeSet<>();
        description
                .at("/components/schemas/ErrorDetails/properties/reason/enum")
                .forEach(reason -> described.add(reason.textValue()));
        Set<String> known =
                new TreeSet<>(Set.of("UNREAD_RESPONSES", "TOO_MANY_READERS", "CHANGES_REMOVED", "DATABASE_REPLACED"));
        Stream.of(DatabaseFailure.Reason.values()).forEach(reason -> known.add(reason.name()));
        assertThat(described).isEqualTo(known);
    }
}
