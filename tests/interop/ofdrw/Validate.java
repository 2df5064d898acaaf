import java.nio.file.Path;
import org.ofdrw.core.signatures.SigType;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.SignedDataValidateContainer;
import org.ofdrw.sign.verify.container.GBT35275ValidateContainer;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/** Lets ofdrw validate each file named, and prints what it says of it: "valid", or why not. */
public class Validate {
    public static void main(String[] files) throws Exception {
        SignedDataValidateContainer seals = new SESV4ValidateContainer();
        SignedDataValidateContainer messages = new GBT35275ValidateContainer();
        for (String file : files) {
            try (OFDReader reader = new OFDReader(Path.of(file)); OFDValidator validator = new OFDValidator(reader)) {
                validator.setValidator((type, algorithm, part, value) ->
                    (type == SigType.Sign ? messages : seals).validate(type, algorithm, part, value));
                validator.exeValidate();
                System.out.println("valid");
            } catch (Exception e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }
}
