package app.rodmena.auth.security;

import app.rodmena.auth.common.FirstLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The private key and certificate for TLS on the operator ports, from a PKCS#12 or JKS file. Immutable. */
public final class Keystore {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final SSLContext context;
    private final Set<String> names;

    private Keystore(SSLContext context, Set<String> names) {
        this.context = context;
        this.names = names;
    }

    /**
     * Opens a keystore, and overwrites the password in memory.
     *
     * @throws IOException if the file is unreadable, the password is wrong or it has no private key; the message is one
     *     line that says which
     */
    public static Keystore open(Path file, char[] password) throws IOException {
        try {
            if (!Files.isReadable(file)) {
                throw new IOException("must be a keystore that this process can read");
            }
            KeyStore store = KeyStore.getInstance(file.toFile(), password);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return new Keystore(context, names(store));
        } catch (IOException | GeneralSecurityException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("invalid keystore: " + FirstLine.of(reason), e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** The TLS context with this key. */
    public SSLContext context() {
        return context;
    }

    /**
     * The DNS names and IP addresses of its certificates, in lower case; wildcards unchanged: {@code *.example.com}.
     */
    public Set<String> names() {
        return names;
    }

    private static Set<String> names(KeyStore store) throws GeneralSecurityException, IOException {
        Set<String> names = new HashSet<>();
        boolean hasKey = false;
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                hasKey = true;
                Certificate certificate = store.getCertificate(alias);
                if (certificate instanceof X509Certificate x509) {
                    names.addAll(names(x509));
                }
            }
        }
        if (!hasKey) {
            throw new IOException("it has no private key");
        }
        return Set.copyOf(names);
    }

    private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        Set<String> names = new HashSet<>();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                int kind = (Integer) alternative.get(0);
                if (kind == DNS_NAME || kind == IP_ADDRESS) {
                    names.add(((String) alternative.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }
}
