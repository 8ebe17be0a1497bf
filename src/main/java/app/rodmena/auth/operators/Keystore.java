package app.rodmena.auth.operators;

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

/** The key and certificate that the ports for operators prove themselves with: a PKCS#12 or JKS file. Immutable. */
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
     * Opens it, and overwrites the password.
     *
     * @throws IOException if it can't be read, the password is wrong or there is no key in it; one line that says which
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
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException(
                    "can't be used as a keystore: " + why.lines().findFirst().orElse(""), e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** What TLS is spoken with. */
    public SSLContext context() {
        return context;
    }

    /** The names and addresses its certificates are for, in lower case; {@code *.example.com} as written. */
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
            throw new IOException("there is no private key in it");
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
