package io.orangery.ctl.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key made for this test by {@code openssl genpkey}, plain and as {@code openssl pkcs8 -topk8} encrypts it. */
class PemFilesTest {
    private static final String PLAIN = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgN7wErwhoe9LJrXPT
            00Jj9PSL+8/jY7kh/mowqy4158ahRANCAAQo6uuGSdCyKyArz5kPc63bDzLremjZ
            iMfVMK/V6Zp0z/p4Xh8MnPhBSG4h/UbRF5IPnHIlRn3kQK/20B+rGbSy
            -----END PRIVATE KEY-----
            """;
    private static final String ENCRYPTED = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiRZPKsoHfmXQICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHdYH+KpgsjCLx6DLmqjaVIEgZA0
            sid/wmActuhJjV4Xkqz6qVHBTSUg2ujezcyaDAIRknBoSpr/2yIfalqqqHHPYp6Q
            Tg2Ez27JuRbTu75OcbfEgDkq60dC/Jevj/WIkNsRL80jL07UNjpu+O71PMRkTU46
            hMWtUkVBZCM/XqN3hR9K+gHmCJnvMPGvXgpZ2tN3X5wV6X5XfUZzRQoF7HBThqc=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    @TempDir
    Path folder;

    @Test
    void decryptsWhatOpensslEncrypted() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain.pem"), PLAIN);
        Path encrypted = Files.writeString(folder.resolve("encrypted.pem"), ENCRYPTED);
        assertThat(PemFiles.privateKey(encrypted, Optional.of("open")))
                .isEqualTo(PemFiles.privateKey(plain, Optional.empty()));
        assertThatThrownBy(() -> PemFiles.privateKey(encrypted, Optional.of("shut")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(encrypted + " holds a private key that cannot be used");
        assertThatThrownBy(() -> PemFiles.privateKey(encrypted, Optional.empty()))
                .hasMessageContaining("keyfile_password is not set");
    }

    @Test
    void namesFileThatIsMissingOrHoldsNoKey() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertThatThrownBy(() -> PemFiles.privateKey(empty, Optional.empty()))
                .hasMessageStartingWith(empty + " holds no private key that can be read");
        assertThatThrownBy(() -> PemFiles.certificates(empty)).hasMessageStartingWith(empty + " holds no certificate");
        assertThatThrownBy(() -> PemFiles.certificates(folder.resolve("nothing")))
                .hasMessage(folder.resolve("nothing") + " does not exist");
    }
}
