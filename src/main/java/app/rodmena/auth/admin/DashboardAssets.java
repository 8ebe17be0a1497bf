package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.Response;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The files of the dashboard, which are packaged into the jar. Clients revalidate their copies by ETag. Files are
 * cached in memory at their first request. Thread-safe.
 */
final class DashboardAssets {
    /** The directory of the files in the jar; it contains nothing else. */
    private static final String ROOT = "/app/rodmena/auth/dashboard/";

    private static final String INDEX = "index.html";

    /** No segment starts with a dot, so that a path cannot leave the directory. */
    private static final Pattern PATH = Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*");

    private static final Map<String, String> TYPES = Map.of(
            "html", Response.HTML,
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", Response.JSON,
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/vnd.microsoft.icon",
            "woff2", "font/woff2",
            "txt", Response.TEXT);

    private final Map<String, Asset> cache = new ConcurrentHashMap<>();

    private record Asset(Response response, String etag) {}

    void addTo(AdminRoutes routes) {
        routes.read("/", request -> redirect());
        routes.read("/dashboard", request -> file(INDEX, request));
        routes.read(
                "/dashboard/{file...}",
                request -> request.name().isEmpty() ? redirect() : file(request.name(), request));
    }

    private static Response redirect() {
        return Response.of(302, Response.TEXT, "/dashboard\n".getBytes(UTF_8)).with(Headers.LOCATION, "/dashboard");
    }

    private Response file(String path, AdminRequest request) {
        Asset asset = PATH.matcher(path).matches() ? cache.computeIfAbsent(path, DashboardAssets::read) : null;
        if (asset == null) {
            throw new HttpError(404, "No such path");
        }
        String etag = asset.etag();
        String known = request.header(Headers.IF_NONE_MATCH);
        boolean unchanged = known.contains(etag) || known.equals("*");
        return (unchanged ? Response.empty(304) : asset.response())
                .with(Headers.ETAG, etag)
                .with(Headers.CACHE_CONTROL, "no-cache");
    }

    /** Null if there is no such file. */
    private static Asset read(String path) {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        try (InputStream in = type == null ? null : DashboardAssets.class.getResourceAsStream(ROOT + path)) {
            if (in == null) {
                return null;
            }
            byte[] content = in.readAllBytes();
            return new Asset(
                    Response.of(200, type, content), '"' + Integer.toHexString(Arrays.hashCode(content)) + '"');
        } catch (IOException e) {
            throw new IllegalStateException(path + " cannot be read", e);
        }
    }
}
