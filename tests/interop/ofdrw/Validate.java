import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.ofdrw.core.signatures.SigType;
import org.ofdrw.gm.ses.parse.SESVersion;
import org.ofdrw.gm.ses.parse.VersionParser;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.SignedDataValidateContainer;
import org.ofdrw.sign.verify.container.GBT35275ValidateContainer;
import org.ofdrw.sign.verify.container.SESV1ValidateContainer;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/** Lets ofdrw validate each file that a line of the input names; a line for each, "valid" or "refused" and why. */
public class Validate {
    public static void main(String[] words) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String file = lines.readLine(); file != null; file = lines.readLine()) {
            System.out.println(said(Path.of(file)));
        }
    }

    private static String said(Path file) {
        try (OFDReader reader = new OFDReader(file); OFDValidator validator = new OFDValidator(reader)) {
            validator.setValidator((type, algorithm, part, value) -> of(type, value).validate(type, algorithm, part, value));
            validator.exeValidate();
            return "valid";
        } catch (Exception | StackOverflowError e) {
            return ("refused " + e.getClass().getSimpleName() + ": " + e.getMessage()).replaceAll("\\s+", " ");
        }
    }

    private static SignedDataValidateContainer of(SigType type, byte[] value) throws GeneralSecurityException {
        if (type == SigType.Sign) {
            return new GBT35275ValidateContainer();
        }
        SESVersion version = VersionParser.parseSES_SignatureVersion(value).getVersion();
        return version == SESVersion.v1 ? new SESV1ValidateContainer() : new SESV4ValidateContainer();
    }
}
