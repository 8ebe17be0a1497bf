package app.rodmena.auth.bench;

import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A database with its data, and the contenders that use it.
 *
 * @param directory contains all files that are written
 */
record BenchEnvironment(Tools tools, Path directory, Dataset data, Database database, Contenders contenders)
        implements AutoCloseable {
    /**
     * Creates the database below {@code parent} and starts the contenders.
     *
     * @param writes whether the load grants roles instead of checking permissions
     */
    static BenchEnvironment create(
            Tools tools,
            Path parent,
            int memberships,
            Collection<ContenderKind> wanted,
            boolean writes,
            Optional<Beside> beside)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        Path directory = Files.createTempDirectory(parent, "stage-");
        Dataset data = new Dataset(memberships);
        Database database = Database.start(directory.resolve("postgresql"), data);
        try {
            return new BenchEnvironment(
                    tools,
                    directory,
                    data,
                    database,
                    Contenders.start(tools, directory, database, data, wanted, writes, beside));
        } catch (Throwable e) {
            database.close();
            throw e;
        }
    }

    /** Puts load on each contender without measuring. */
    void warmUp(int clients, Duration time) throws IOException, InterruptedException {
        for (Contender contender : contenders.contenders()) {
            if (!time.isZero()) {
                contender.load().run(clients, time);
            }
        }
    }

    /** Measures the contenders one after the other; each round starts with another one. */
    List<Measurement> round(int number, int clients, Duration time)
            throws IOException, InterruptedException, SQLException {
        List<Contender> order = new ArrayList<>(contenders.contenders());
        Collections.rotate(order, number);
        List<Measurement> measurements = new ArrayList<>();
        for (Contender contender : order) {
            measurements.add(contender.measure(database, data, clients, number, time));
        }
        return measurements;
    }

    @Override
    public void close() {
        contenders.close();
        database.close();
    }
}
