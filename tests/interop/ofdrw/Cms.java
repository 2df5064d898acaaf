import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.gm.sm2strut.GBT35275Validate;
import org.ofdrw.gm.sm2strut.VerifyInfo;

/** Has ofdrw verify messages of GB/T 35275: Cms CONTENT MESSAGE…; a line for each, "valid" or "refused" and why. */
public class Cms {
    public static void main(String[] words) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        byte[] content = Files.readAllBytes(Path.of(words[0]));
        for (int i = 1; i < words.length; i++) {
            VerifyInfo said = GBT35275Validate.validate("1.2.156.10197.1.501", content, Files.readAllBytes(Path.of(words[i])));
            System.out.println(said.result ? "valid" : "refused " + said.hit);
        }
    }
}
