package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.metrics.RequestMetrics.RouteTimes;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledTimes;
import io.prometheus.metrics.model.snapshots.Labels;

/** Metrics of the API's requests with Micrometer's names and labels. */
final class HttpCollector {
    private final RequestMetrics requests;
    private final Labels common;

    HttpCollector(Metrics metrics, Labels common) {
        this.requests = metrics.requests();
        this.common = common;
    }

    void addTo(ScrapeBuilder scrape) {
        scrape.times(
                "http_server_requests_seconds",
                "Time from a request's arrival to its response, by route and status",
                requests.responseTimes().stream().map(each -> new LabelledTimes(labels(each), each.times())));
        scrape.gauge("auth_http_requests_in_flight", "Requests in flight", common, requests.inFlight());
    }

    private Labels labels(RouteTimes each) {
        int space = each.route().indexOf(' ');
        return common.merge(Labels.of(
                "method",
                space < 0 ? "UNKNOWN" : each.route().substring(0, space),
                "uri",
                space < 0 ? "UNKNOWN" : each.route().substring(space + 1),
                "status",
                Integer.toString(each.status()),
                "outcome",
                outcome(each.status())));
    }

    private static String outcome(int status) {
        return switch (status / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            default -> "SERVER_ERROR";
        };
    }
}
