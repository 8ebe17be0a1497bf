package bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * A usual implementation of has_permission with Spring Boot: a controller, JdbcClient, a pool of ten. The address and
 * the pool are set on the command line; everything else has its default.
 */
@SpringBootApplication
@RestController
public class Peer {
    private static final String SCHEME = "Bearer ";

    /** The SQL of the server it is compared with, set by the benchmark. */
    private static final String HAS_PERMISSION = System.getenv("HAS_PERMISSION_SQL");

    private final JdbcClient database;

    Peer(JdbcClient database) {
        this.database = database;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Peer.class, arguments);
    }

    record HasPermission(@JsonProperty("has_permission") boolean hasPermission) {}

    record Answer(boolean success, int code, String message, HasPermission data, LocalDateTime timestamp) {}

    @GetMapping("/api/has_permission/{user}/{name}")
    Answer hasPermission(
            @RequestHeader("Authorization") String authorization,
            @PathVariable("user") String user,
            @PathVariable("name") String name) {
        boolean allowed = database.sql(HAS_PERMISSION)
                .param("creator", key(authorization))
                .param("user", user)
                .param("name", name)
                .query(Boolean.class)
                .single();
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        return new Answer(true, 200, "Permission checked", new HasPermission(allowed), now);
    }

    private static String key(String authorization) {
        if (!authorization.startsWith(SCHEME)) {
            throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
        }
        try {
            return UUID.fromString(authorization.substring(SCHEME.length())).toString();
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
    }

    @EventListener
    void started(ServletWebServerInitializedEvent event) {
        System.out.println("Listening http://127.0.0.1:" + event.getWebServer().getPort());
    }
}
