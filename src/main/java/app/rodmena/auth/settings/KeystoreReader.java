package app.rodmena.auth.settings;

import app.rodmena.auth.security.Keystore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Opens the keystore that two settings describe. Stateless. */
final class KeystoreReader {
    private KeystoreReader() {}

    /**
     * Opens a keystore; empty if neither setting has a value.
     *
     * @throws UsageException if one of the two settings is missing, or the keystore is invalid or expired
     */
    static Optional<Keystore> read(ResolvedSettings settings, Setting file, Setting passwordFile) {
        Optional<SettingValue> keystore = settings.find(file);
        Optional<SettingValue> password = settings.find(passwordFile);
        if (keystore.isEmpty()) {
            password.ifPresent(given -> {
                throw given.refuse("must go with " + file.flag());
            });
            return Optional.empty();
        }
        if (password.isEmpty()) {
            throw keystore.get().refuse("must go with " + passwordFile.flag());
        }
        try {
            password(password.get());
        } catch (IOException e) {
            throw password.get().refuse("must be a file this process can read, in UTF-8");
        }
        try {
            return Optional.of(Keystore.open(keystore.get().path(), () -> password(password.get())));
        } catch (IOException e) {
            throw keystore.get().refuse(e.getMessage());
        }
    }

    private static char[] password(SettingValue given) throws IOException {
        return Files.readString(given.path()).replaceFirst("\\r?\\n$", "").toCharArray();
    }
}
