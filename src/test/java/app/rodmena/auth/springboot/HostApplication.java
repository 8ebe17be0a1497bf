package app.rodmena.auth.springboot;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.postgres.DatabaseUrl;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** A Spring Boot application with a database and a log of its own, which embeds the server. */
@EnableAutoConfiguration
@Configuration(proxyBeanMethods = false)
public class HostApplication {
    /** The first argument is the URL of the server's database. */
    public static void main(String[] arguments) throws Exception {
        try (var context = SpringApplication.run(HostApplication.class)) {
            JdbcTemplate database = context.getBean(JdbcTemplate.class);
            Set<ObjectName> before = beans();
            ServerConfig config = ServerConfig.on(DatabaseUrl.parse(arguments[0]))
                    .withHttp(HttpConfig.DEFAULT.withAddress("127.0.0.1", 0));
            try (AuthServer server = AuthServer.start(config)) {
                System.out.println("role created: " + createRole(server));
            }
            System.out.println("tables: " + database.queryForList("""
                    select table_name from information_schema.tables where table_schema = 'public' order by 1
                    """, String.class));
            System.out.println("beans kept: " + beans().containsAll(before));
            System.out.println("beans left: "
                    + beans().stream()
                            .filter(bean -> !before.contains(bean))
                            .map(ObjectName::getDomain)
                            .collect(Collectors.toSet()));
        }
    }

    private static int createRole(AuthServer server) throws Exception {
        URI role = URI.create("http://127.0.0.1:%d/api/role/editors"
                .formatted(server.address().getPort()));
        HttpRequest request = HttpRequest.newBuilder(role)
                .header("Authorization", "Bearer " + UUID.randomUUID())
                .POST(BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    }

    private static Set<ObjectName> beans() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        return server.queryNames(null, null);
    }
}
