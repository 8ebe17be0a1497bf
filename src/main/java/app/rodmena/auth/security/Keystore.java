package app.rodmena.auth.security;

import app.rodmena.auth.common.FirstLine;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private key and certificate for TLS, from a PKCS#12 or JKS file. A replaced file is taken up within a second, for
 * new connections; while it is invalid or its certificate has expired, the previous key stays, and the file is read
 * again every few seconds. Thread-safe.
 *
 * @param context presents the certificate
 * @param names the DNS names and IP addresses of its certificates, in lower case; wildcards unchanged:
 *     {@code *.example.com}
 */
public record Keystore(SSLContext context, Set<String> names) {
    private static final Logger LOG = LoggerFactory.getLogger(Keystore.class);
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    @FunctionalInterface
    public interface Password {
        /** A new array, which the caller overwrites. */
        char[] read() throws IOException;
    }

    private record Keys(X509ExtendedKeyManager manager, Set<String> names) {}

    /**
     * Opens a keystore.
     *
     * @param password reads the password, again for a replaced file
     * @throws IOException if the file is unreadable, the password is wrong, it has no private key, or a certificate has
     *     expired or is not valid yet; the message is one line that says which
     */
    public static Keystore open(Path file, Password password) throws IOException {
        ReloadedFile<Keys, IOException> keys = new ReloadedFile<>("keystore", file, () -> load(file, password), LOG);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new ReloadingKeyManager(keys)}, null, null);
            return new Keystore(context, keys.current().names);
        } catch (GeneralSecurityException e) {
            throw new IOException("invalid keystore: " + e.getClass().getSimpleName(), e);
        }
    }

    private static Keys load(Path file, Password passwordReader) throws IOException {
        char[] password = passwordReader.read();
        try {
            if (!Files.isReadable(file)) {
                throw new IOException("must be a keystore that this process can read");
            }
            KeyStore store = KeyStore.getInstance(file.toFile(), password);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return new Keys((X509ExtendedKeyManager) factory.getKeyManagers()[0], names(store));
        } catch (IOException | GeneralSecurityException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("invalid keystore: " + FirstLine.of(reason), e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** Checks the file at each handshake. Thread-safe. */
    private static final class ReloadingKeyManager extends X509ExtendedKeyManager {
        private final ReloadedFile<Keys, IOException> file;
        private Version current;
        private Version previous;

        /**
         * The keys of one version of the file. Its aliases begin with its number, so that the key and the chain of an
         * alias are those of the same version: JSSE asks for them one by one.
         */
        private record Version(int number, X509ExtendedKeyManager keys) {
            String prefix() {
                return number + ":";
            }
        }

        ReloadingKeyManager(ReloadedFile<Keys, IOException> file) {
            this.file = file;
            this.current = new Version(0, file.current().manager);
            this.previous = current;
        }

        private synchronized Version current() {
            X509ExtendedKeyManager keys = file.current().manager;
            if (keys != current.keys) {
                previous = current;
                current = new Version(current.number + 1, keys);
            }
            return current;
        }

        /** Returns the key or the chain of an alias; null if its version is too old. */
        private synchronized <T> T find(String alias, BiFunction<X509ExtendedKeyManager, String, T> find) {
            for (Version version : List.of(current, previous)) {
                if (alias.startsWith(version.prefix())) {
                    return find.apply(
                            version.keys, alias.substring(version.prefix().length()));
                }
            }
            return null;
        }

        private String choose(Function<X509ExtendedKeyManager, String> choose) {
            Version version = current();
            String alias = choose.apply(version.keys);
            return alias == null ? null : version.prefix() + alias;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return choose(keys -> keys.chooseServerAlias(keyType, issuers, socket));
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return choose(keys -> keys.chooseEngineServerAlias(keyType, issuers, engine));
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return find(alias, X509ExtendedKeyManager::getCertificateChain);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return find(alias, X509ExtendedKeyManager::getPrivateKey);
        }

        // The methods below are for clients and for lists of aliases, which no server needs

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }
    }

    private static Set<String> names(KeyStore store) throws GeneralSecurityException, IOException {
        Set<String> names = new HashSet<>();
        boolean hasKey = false;
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                hasKey = true;
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    requireValid(certificate);
                    names.addAll(names(certificate));
                }
            }
        }
        if (!hasKey) {
            throw new IOException("it has no private key");
        }
        return Set.copyOf(names);
    }

    private static void requireValid(X509Certificate certificate) throws IOException {
        Instant now = Instant.now();
        Instant end = certificate.getNotAfter().toInstant();
        Instant start = certificate.getNotBefore().toInstant();
        if (now.isAfter(end)) {
            throw new IOException("its certificate expired at " + end);
        }
        if (now.isBefore(start)) {
            throw new IOException("its certificate is not valid before " + start);
        }
    }

    private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        return alternatives == null
                ? Set.of()
                : alternatives.stream()
                        .filter(each ->
                                each.get(0).equals(DNS_NAME) || each.get(0).equals(IP_ADDRESS))
                        .map(each -> ((String) each.get(1)).toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
    }
}
