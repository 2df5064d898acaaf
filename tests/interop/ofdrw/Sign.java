import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.ExtendSignatureContainer;
import org.ofdrw.sign.NumberFormatAtomicSignID;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignIDProvider;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.StandFormatAtomicSignID;
import org.ofdrw.sign.signContainer.DigitalSignContainer;
import org.ofdrw.sign.signContainer.GBT35275DSContainer;
import org.ofdrw.sign.signContainer.GBT35275PKCS9DSContainer;
import org.ofdrw.sign.signContainer.SESV1Container;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.stamppos.RidingStampPos;
import org.ofdrw.sign.stamppos.Side;
import org.ofdrw.sign.stamppos.StampAppearance;

/**
 * Lets ofdrw sign: Sign FOLDER, with "key" (PKCS #8), "certificate" and seals in it. Each line of the input is a kind of
 * signature, a mode, where the seal stands, how signatures are numbered, what paths are relative to (or "-"), the file to
 * read and the file to write.
 */
public class Sign {
    private final Path folder;
    private final PrivateKey key;
    private final Certificate certificate;

    private Sign(Path folder) throws Exception {
        this.folder = folder;
        key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(read("key")));
        certificate = CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(read("certificate")));
    }

    public static void main(String[] words) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Sign sign = new Sign(Path.of(words[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            sign.run(line.split(" "));
        }
    }

    private void run(String[] job) throws Exception {
        SignIDProvider numbering = job[3].equals("standard") ? new StandFormatAtomicSignID() : new NumberFormatAtomicSignID(job[3].equals("padded"));
        try (OFDReader reader = new OFDReader(folder.resolve(job[5]));
             OFDSigner signer = new OFDSigner(reader, folder.resolve(job[6]), numbering)) {
            signer.setSignMode(SignMode.valueOf(job[1])).setSignContainer(container(job[0]));
            if (!job[4].equals("-")) {
                signer.setRelative(job[4]);
            }
            for (StampAppearance place : places(job[2])) {
                signer.addApPos(place);
            }
            signer.exeSign();
        }
    }

    private ExtendSignatureContainer container(String kind) throws Exception {
        return switch (kind) {
            case "v1" -> new SESV1Container(key, org.ofdrw.gm.ses.v1.SESeal.getInstance(read("v1")), certificate);
            case "v4", "v4-digests" -> new SESV4Container(key, org.ofdrw.gm.ses.v4.SESeal.getInstance(read(kind)), certificate);
            case "gbt35275" -> new GBT35275DSContainer(certificate, key);
            case "gbt35275-attributes" -> new GBT35275PKCS9DSContainer(certificate, key);
            case "bare" -> new DigitalSignContainer(key);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static List<StampAppearance> places(String where) {
        return switch (where) {
            case "none" -> List.of();
            case "normal" -> List.of(new NormalStampPos(1, 50, 50, 40, 40));
            case "several" -> List.of(new NormalStampPos(1, 50, 50, 40, 40), new NormalStampPos(1, 20, 20, 40, 40), new NormalStampPos(2, 50, 50, 40, 40));
            default -> List.of(new RidingStampPos(Side.valueOf(where), 40, 40));
        };
    }

    private byte[] read(String file) throws Exception {
        return Files.readAllBytes(folder.resolve(file));
    }
}
