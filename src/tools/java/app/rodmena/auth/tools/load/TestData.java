package app.rodmena.auth.tools.load;

import app.rodmena.auth.tools.load.LoadPlan.RequestMix;
import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The test data of a load test under unique names: roles, each with its own permissions and members. Writes under load
 * use other names.
 */
final class TestData {
    private static final int ROLES = 10;
    private static final int PERMISSIONS_OF_A_ROLE = 5;
    private static final int USERS = 100;

    private final LoadTransport transport;
    private final String prefix;
    private final String readKey;
    private final String writeKey;
    private final boolean ownsNamespace;
    private final List<RequestSequence.Writes> writeSequences = new ArrayList<>();

    /** @param key the client key to use; empty for two new ones, one for reads and one for writes */
    TestData(LoadTransport transport, Optional<String> key) {
        this.transport = transport;
        this.prefix = "load-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        this.readKey = key.orElseGet(() -> UUID.randomUUID().toString());
        this.writeKey = key.orElseGet(() -> UUID.randomUUID().toString());
        this.ownsNamespace = key.isEmpty();
    }

    /** The requests that create the test data; each list requires the lists before it. */
    List<List<LoadRequest>> creation(RequestMix mix) {
        List<LoadRequest> roles = new ArrayList<>();
        List<LoadRequest> grants = new ArrayList<>();
        if (mix != RequestMix.WRITES) {
            for (int role = 0; role < ROLES; role++) {
                roles.add(read(Methods.POST, "/api/role/" + role(role), TestData::isTrue));
            }
        }
        if (mix == RequestMix.CHECKS || mix == RequestMix.ALL) {
            for (int role = 0; role < ROLES; role++) {
                for (int i = 0; i < PERMISSIONS_OF_A_ROLE; i++) {
                    String path = "/api/permission/%s/%s".formatted(role(role), permission(role, i));
                    grants.add(read(Methods.POST, path, TestData::isTrue));
                }
            }
            for (int user = 0; user < USERS; user++) {
                String path = "/api/membership/%s/%s".formatted(user(user), role(user % ROLES));
                grants.add(read(Methods.POST, path, TestData::isTrue));
            }
        }
        return List.of(roles, grants);
    }

    /** The requests that delete the roles, users and permissions of the test data and of the writes. */
    List<LoadRequest> removal(RequestMix mix) {
        List<LoadRequest> removal = new ArrayList<>();
        if (mix != RequestMix.WRITES) {
            IntStream.range(0, ROLES)
                    .forEach(role -> removal.add(read(Methods.DELETE, "/api/role/" + role(role), TestData::isAny)));
        }
        if (mix == RequestMix.CHECKS || mix == RequestMix.ALL) {
            IntStream.range(0, USERS)
                    .forEach(user -> removal.add(read(Methods.DELETE, "/api/user/" + user(user), TestData::isAny)));
            for (int role = 0; role < ROLES; role++) {
                for (int i = 0; i < PERMISSIONS_OF_A_ROLE; i++) {
                    removal.add(read(Methods.DELETE, "/api/permission/" + permission(role, i), TestData::isAny));
                }
            }
        }
        List<RequestSequence.Writes> started = writeSequences.stream()
                .filter(RequestSequence.Writes::isStarted)
                .toList();
        started.forEach(sequence -> removal.addAll(sequence.removal()));
        if (!started.isEmpty()) {
            removal.add(write(Methods.DELETE, "/api/permission/" + prefix + "permission", TestData::isAny));
        }
        return removal;
    }

    /** The request sequence of each client. */
    List<RequestSequence> sequences(RequestMix mix, int clients) {
        LoadRequest list = listOfRoles();
        LoadRequest[] checks = checks();
        return IntStream.range(0, clients)
                .<RequestSequence>mapToObj(client -> switch (mix) {
                    case ROLES -> () -> list;
                    case CHECKS -> anyOf(checks, client);
                    case WRITES -> writeSequence(client);
                    case ALL -> new RequestSequence.Mixed(anyOf(checks, client), list, writeSequence(client), client);
                })
                .toList();
    }

    private static RequestSequence anyOf(LoadRequest[] requests, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return () -> requests[random.nextInt(requests.length)];
    }

    private LoadRequest listOfRoles() {
        Set<String> created = new HashSet<>();
        IntStream.range(0, ROLES).forEach(role -> created.add(role(role)));
        return read(Methods.GET, "/api/roles", answer -> {
            Set<String> listed = new HashSet<>();
            answer.path("result").forEach(entry -> listed.add(entry.path("role").asText()));
            return ownsNamespace ? listed.equals(created) : listed.containsAll(created);
        });
    }

    /** For each user one permission that it has, and one that it does not have. */
    private LoadRequest[] checks() {
        List<LoadRequest> checks = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            checks.add(check(user, permission(user % ROLES, user % PERMISSIONS_OF_A_ROLE), true));
            checks.add(check(user, permission((user + 1) % ROLES, user % PERMISSIONS_OF_A_ROLE), false));
        }
        return checks.toArray(LoadRequest[]::new);
    }

    private LoadRequest check(int user, String permission, boolean granted) {
        return read(Methods.GET, "/api/has_permission/%s/%s".formatted(user(user), permission), answer -> {
            JsonNode value = answer.path("data").path("has_permission");
            return value.isBoolean() && value.asBoolean() == granted;
        });
    }

    private RequestSequence.Writes writeSequence(int client) {
        String role = prefix + "written-" + client;
        String user = prefix + "user-" + client;
        String permission = "/api/permission/%s/%spermission".formatted(role, prefix);
        String membership = "/api/membership/%s/%s".formatted(user, role);
        Predicate<JsonNode> deleted =
                answer -> answer.path("data").path("result").asBoolean();
        RequestSequence.Writes sequence = new RequestSequence.Writes(
                List.of(
                        write(Methods.POST, "/api/role/" + role, TestData::isTrue),
                        write(Methods.POST, permission, TestData::isTrue),
                        write(Methods.POST, membership, TestData::isTrue),
                        write(Methods.DELETE, membership, TestData::isTrue),
                        write(Methods.DELETE, permission, TestData::isTrue),
                        write(Methods.DELETE, "/api/role/" + role, deleted)),
                List.of(
                        write(Methods.DELETE, "/api/role/" + role, TestData::isAny),
                        write(Methods.DELETE, "/api/user/" + user, TestData::isAny)));
        writeSequences.add(sequence);
        return sequence;
    }

    private LoadRequest read(HttpString method, String path, Predicate<JsonNode> expected) {
        return new LoadRequest(
                transport.request(method, path, Optional.of(readKey)), new LoadRequest.ResponseValidator(expected));
    }

    private LoadRequest write(HttpString method, String path, Predicate<JsonNode> expected) {
        return new LoadRequest(
                transport.request(method, path, Optional.of(writeKey)), new LoadRequest.ResponseValidator(expected));
    }

    private static boolean isTrue(JsonNode answer) {
        return answer.path("result").asBoolean();
    }

    /** Accepts the response whether or not what it deletes existed. */
    private static boolean isAny(JsonNode answer) {
        return true;
    }

    private String role(int role) {
        return prefix + "role-" + role;
    }

    private String user(int user) {
        return prefix + "user-" + user;
    }

    private String permission(int role, int permission) {
        return prefix + "permission-" + role + "-" + permission;
    }
}
