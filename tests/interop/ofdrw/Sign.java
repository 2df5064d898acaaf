import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.ExtendSignatureContainer;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.GBT35275DSContainer;
import org.ofdrw.sign.signContainer.GBT35275PKCS9DSContainer;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;

/** Lets ofdrw sign: Sign KEY (PKCS #8) CERTIFICATE SEAL FILE, then pairs of a kind of container and the file to write. */
public class Sign {
    public static void main(String[] words) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(read(words[0])));
        Certificate certificate = CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(read(words[1])));
        for (int i = 4; i < words.length; i += 2) {
            ExtendSignatureContainer container = switch (words[i]) {
                case "v4" -> new SESV4Container(key, org.ofdrw.gm.ses.v4.SESeal.getInstance(read(words[2])), certificate);
                case "gbt35275" -> new GBT35275DSContainer(certificate, key);
                case "gbt35275-attributes" -> new GBT35275PKCS9DSContainer(certificate, key);
                default -> throw new IllegalArgumentException(words[i]);
            };
            try (OFDReader reader = new OFDReader(Path.of(words[3])); OFDSigner signer = new OFDSigner(reader, Path.of(words[i + 1]))) {
                signer.setSignMode(SignMode.ContinueSign).setSignContainer(container);
                if (words[i].startsWith("v")) {
                    signer.addApPos(new NormalStampPos(1, 50, 50, 40, 40));
                }
                signer.exeSign();
            }
        }
    }

    private static byte[] read(String file) throws Exception {
        return Files.readAllBytes(Path.of(file));
    }
}
