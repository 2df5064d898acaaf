import eu.europa.esig.dss.diagnostic.AbstractTokenProxy;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.EvidenceRecordWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.diagnostic.jaxb.XmlDigestMatcher;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What EU DSS finds in documents when it trusts nobody: the circumstances in which integrity, levels and forms are compared.
 *
 * Reads lines "FILE [ORIGINAL…]", tab-separated, and answers each with tab-separated lines:
 *
 * <pre>
 * signature LEVEL value:intact|broken data:intact|broken|missing signer:found|none counter|- INDICATION SUBINDICATION|- DIGESTS
 * timestamp TYPE imprint:intact|broken|missing value:intact|broken
 * record    TYPE data:intact|broken|missing
 * </pre>
 *
 * and a last line "done", or "error" with its class and message. DIGESTS lists type:state, comma-separated.
 */
public class Examination {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            StringBuilder answer = new StringBuilder();
            try {
                examine(line.split("\t"), answer);
                answer.append("done");
            } catch (Throwable e) { // of a mutated file anything may come, and the others are to be examined still
                String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
                answer = new StringBuilder("error\t" + e.getClass().getSimpleName() + "\t" + message);
            }
            System.out.println(answer);
            System.out.flush();
        }
    }

    private static void examine(String[] words, StringBuilder answer) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(words[0]));
        CommonCertificateVerifier nobody = new CommonCertificateVerifier();
        nobody.setAIASource(null);
        validator.setCertificateVerifier(nobody);
        List<DSSDocument> originals = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            originals.add(new FileDocument(words[i]));
        }
        validator.setDetachedContents(originals);
        Reports reports = validator.validateDocument();
        SimpleReport verdicts = reports.getSimpleReport();
        DiagnosticData data = reports.getDiagnosticData();
        for (SignatureWrapper signature : data.getSignatures()) {
            line(answer, "signature", signature.getSignatureFormat(), signature.isSignatureIntact() ? "intact" : "broken",
                worst(signature), signature.getSigningCertificate() == null ? "none" : "found",
                signature.isCounterSignature() ? "counter" : "-", verdicts.getIndication(signature.getId()),
                verdicts.getSubIndication(signature.getId()), digests(signature.getDigestMatchers()));
        }
        for (TimestampWrapper timestamp : data.getTimestampList()) {
            String imprint = state(timestamp.isMessageImprintDataFound(), timestamp.isMessageImprintDataIntact());
            line(answer, "timestamp", timestamp.getType(), imprint, timestamp.isSignatureIntact() ? "intact" : "broken");
        }
        for (EvidenceRecordWrapper record : data.getEvidenceRecords()) {
            line(answer, "record", record.getEvidenceRecordType(), worst(record.getDigestMatchers()));
        }
    }

    private static void line(StringBuilder answer, Object... words) {
        for (int i = 0; i < words.length; i++) {
            String word = words[i] == null ? "-" : words[i].toString();
            answer.append(i == 0 ? "" : "\t").append(word.isEmpty() ? "-" : word);
        }
        answer.append('\n');
    }

    private static String worst(AbstractTokenProxy token) {
        return worst(token.getDigestMatchers());
    }

    private static String worst(List<XmlDigestMatcher> digests) {
        String found = "intact";
        for (XmlDigestMatcher digest : digests) {
            String state = state(digest.isDataFound(), digest.isDataIntact());
            if (state.equals("broken") || (state.equals("missing") && found.equals("intact"))) {
                found = state;
            }
        }
        return found;
    }

    private static String digests(List<XmlDigestMatcher> digests) {
        List<String> found = new ArrayList<>();
        for (XmlDigestMatcher digest : digests) {
            found.add(digest.getType() + ":" + state(digest.isDataFound(), digest.isDataIntact()));
        }
        return String.join(",", found);
    }

    private static String state(boolean found, boolean intact) {
        return intact ? "intact" : found ? "broken" : "missing";
    }
}
