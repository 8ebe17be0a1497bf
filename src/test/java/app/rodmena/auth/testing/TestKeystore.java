package app.rodmena.auth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A keystore with a key and a certificate for localhost, created by keytool, and an SSL context that trusts it. */
public final class TestKeystore {
    private static final String PASSWORD = "changeit";

    public final Path file;

    private TestKeystore(Path file) {
        this.file = file;
    }

    public static TestKeystore make(Path directory) throws Exception {
        return make(directory, "-0d", 90);
    }

    /** A certificate that expired yesterday. */
    public static TestKeystore expired(Path directory) throws Exception {
        return make(directory, "-3d", 2);
    }

    /** The same keystore in another file, which a test can replace. */
    public TestKeystore copy(Path copy) throws IOException {
        return new TestKeystore(Files.copy(file, copy));
    }

    private static TestKeystore make(Path directory, String start, int days) throws Exception {
        Path file = directory.resolve("key.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-J-XX:+UseSerialGC",
                        "-J-Dkeystore.pkcs12.macIterationCount=1",
                        "-J-Dkeystore.pkcs12.keyPbeIterationCount=1",
                        "-genkeypair",
                        "-alias",
                        "auth",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=auth",
                        "-ext",
                        "SAN=dns:auth.example,dns:localhost,ip:127.0.0.1",
                        "-startdate",
                        start,
                        "-validity",
                        Integer.toString(days),
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        return new TestKeystore(file);
    }

    /** The password, a new array on each call: code that opens a keystore may erase it. */
    public char[] password() {
        return PASSWORD.toCharArray();
    }

    public SSLContext trusting() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance(file.toFile(), password());
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry("auth", store.getCertificate("auth"));
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
