package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Measures has_permission over plain HTTP/1.1, and over HTTP/1.1 and HTTP/2 with TLS, by the same client, h2load. */
final class TlsBench implements Benchmark {
    private static final String PASSWORD = "bench-keystore";
    private static final int QUESTIONS = 1_000;
    private static final Pattern RATE = Pattern.compile("finished in .*?, ([\\d.]+) req/s");
    private static final Pattern FAILED = Pattern.compile("(\\d+) failed, \\d+ errored, (\\d+) timeout");
    private static final Pattern SUCCESSES = Pattern.compile("status codes: (\\d+) 2xx, 0 3xx, 0 4xx, 0 5xx");

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "100",
            description = "Concurrent requests (${DEFAULT-VALUE}); with HTTP/2 on a tenth as many connections")
    int clients;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Requests of each measurement (${DEFAULT-VALUE})")
    int requests;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Repetitions, in turns (${DEFAULT-VALUE}); one before them is not counted")
    int rounds;

    /** A way to send the requests; its options are those of h2load. */
    private record Protocol(String label, boolean tls, List<String> options) {}

    @Override
    public Optional<String> problem() {
        return clients < 10 || clients % 10 != 0 || requests < clients || rounds < 1
                ? Optional.of("--clients must be a multiple of 10, --requests at least as many, --rounds 1 or more")
                : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        Path h2load = Program.find("h2load")
                .orElseThrow(() -> new BenchException("needs h2load: Debian's package is nghttp2-client"));
        Dataset data = new Dataset(Dataset.MIN_MEMBERSHIPS);
        List<Protocol> protocols = List.of(
                new Protocol("HTTP/1.1", false, List.of("--h1", "-c", "" + clients)),
                new Protocol("HTTP/1.1 with TLS", true, List.of("--h1", "-c", "" + clients)),
                new Protocol("HTTP/2 with TLS", true, List.of("-c", "" + clients / 10, "-m", "10")));
        Map<Protocol, List<Double>> rates = new LinkedHashMap<>();
        protocols.forEach(protocol -> rates.put(protocol, new ArrayList<>()));
        try (Database database = Database.start(directory.resolve("postgresql"), data);
                Server plain = server(home, directory, database, List.of());
                Server tls = server(home, directory, database, keystore(directory))) {
            for (int round = 0; round <= rounds; round++) {
                System.err.println(round == 0 ? "bench: warm-up" : "bench: round %s of %s".formatted(round, rounds));
                for (Protocol protocol : protocols) {
                    URI server = (protocol.tls ? tls : plain).address();
                    double rate = rate(h2load, directory, protocol, server, data);
                    if (round > 0) {
                        rates.get(protocol).add(rate);
                    }
                }
            }
        }
        print(rates, protocols.get(0));
    }

    private static List<String> keystore(Path directory) throws IOException, InterruptedException {
        Path keystore = directory.resolve("api.p12");
        Path password = Files.writeString(directory.resolve("api.password"), PASSWORD);
        Program.run(
                directory,
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "api",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-keystore",
                        keystore.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD));
        return List.of("--api-keystore", keystore.toString(), "--api-keystore-password-file", password.toString());
    }

    private static Server server(Path home, Path directory, Database database, List<String> options)
            throws IOException, InterruptedException {
        return Server.ours(options.isEmpty() ? "plain" : "tls", home, directory, database, options);
    }

    private double rate(Path h2load, Path directory, Protocol protocol, URI server, Dataset data)
            throws IOException, InterruptedException {
        Path questions = directory.resolve(protocol.tls ? "tls.txt" : "plain.txt");
        Files.write(
                questions,
                IntStream.range(0, QUESTIONS)
                        .mapToObj(i -> server.resolve(data.randomQuery().path()).toString())
                        .toList());
        List<String> command = new ArrayList<>(List.of(h2load.toString()));
        command.addAll(protocol.options);
        command.addAll(List.of(
                "-n",
                "" + requests,
                "-H",
                "authorization: Bearer " + data.keys().get(0),
                "-i",
                questions.toString()));
        String output = Program.run(directory, Map.of(), command);
        Matcher rate = RATE.matcher(output);
        Matcher failed = FAILED.matcher(output);
        if (!rate.find()
                || !SUCCESSES.matcher(output).find()
                || !failed.find()
                || !failed.group(1).equals("0")
                || !failed.group(2).equals("0")) {
            throw new BenchException("%s: unexpected result of h2load: %s".formatted(protocol.label, output.strip()));
        }
        return Double.parseDouble(rate.group(1));
    }

    private void print(Map<Protocol, List<Double>> rates, Protocol base) {
        System.out.printf(
                "Closed loop of %d concurrent checks, %d rounds of %d; durable, no cache; h2load, server and PostgreSQL share %d cores%n%n",
                clients, rounds, requests, Runtime.getRuntime().availableProcessors());
        System.out.println("| | requests/s ÷ plain HTTP/1.1 | requests/s |\n|---|---:|---:|");
        rates.forEach((protocol, values) -> {
            Spread ratio = Spread.of(IntStream.range(0, rounds)
                    .mapToDouble(i -> values.get(i) / rates.get(base).get(i))
                    .toArray());
            System.out.printf(
                    "| %s | %s | %s |%n",
                    protocol.label,
                    ratio.text(2),
                    Spread.of(values, Double::doubleValue).text(0));
        });
    }
}
