package app.rodmena.auth.bench;

import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * A database, everybody who competes on it, and the data that they are asked for.
 *
 * @param directory all that is written is in there
 */
record Stage(Tools tools, Path directory, Dataset data, Database database, Field field) implements AutoCloseable {
    /** Sets it up, below {@code parent}. */
    static Stage set(Tools tools, Path parent, int memberships, Collection<Kind> wanted)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        Path directory = Files.createTempDirectory(parent, "stage-");
        Dataset data = new Dataset(memberships);
        Database database = Database.start(directory.resolve("postgresql"), data);
        try {
            return new Stage(tools, directory, data, database, Field.start(tools, directory, database, data, wanted));
        } catch (Throwable e) {
            database.close();
            throw e;
        }
    }

    /** Lets each work for a while without being measured. */
    void warmUp(int clients, Duration time) throws IOException, InterruptedException {
        for (Contender contender : field.contenders()) {
            if (!time.isZero()) {
                contender.load().ask(clients, time);
            }
        }
    }

    /** Everybody's turn, one after the other; who begins changes from round to round. */
    List<Turn> round(int number, int clients, Duration time) throws IOException, InterruptedException, SQLException {
        List<Contender> order = new ArrayList<>(field.contenders());
        Collections.rotate(order, number);
        List<Turn> turns = new ArrayList<>();
        for (Contender contender : order) {
            turns.add(contender.take(database, data, clients, number, time));
        }
        return turns;
    }

    @Override
    public void close() {
        field.close();
        database.close();
    }
}
