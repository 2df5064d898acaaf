import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.crl.CRLBinary;
import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.crl.CRLValidity;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SigDMechanism;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.util.ArrayList;
import java.util.List;

/**
 * EU DSS as a peer. Reads commands from the file named, one a line, tab-separated, and answers each with one line or more:
 *
 * <pre>
 * validate FILE [ORIGINAL…]                      a line per signature: FORMAT-LEVEL, indication, sub-indication or "-"
 * sign KIND LEVEL SIGNER.p12 TSA.p12 FILE OUT    KIND: cades cades-detached pades xades … as in the switch below
 * extend KIND LEVEL TSA.p12 FILE OUT [ORIGINAL…]
 * </pre>
 *
 * Trust is the folder in the property "pki": anchors/, certificates/ and crls/. Answers end with a line "done", or "error: …".
 */
public class Dss {
    private static final String PASSWORD = "secret";

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] words = line.split("\t");
            try {
                switch (words[0]) {
                    case "validate" -> validate(words);
                    case "sign" -> sign(words);
                    case "extend" -> extend(words);
                    default -> throw new IllegalArgumentException(words[0]);
                }
                System.out.println("done");
            } catch (Exception e) {
                System.out.println("error: " + e.getClass().getSimpleName() + ": " + String.valueOf(e.getMessage()).replace('\n', ' '));
            }
        }
    }

    private static void validate(String[] words) throws Exception {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(words[1]));
        validator.setCertificateVerifier(verifier());
        validator.setDetachedContents(documents(words, 2));
        Reports reports = validator.validateDocument();
        SimpleReport report = reports.getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            System.out.println(report.getSignatureFormat(id) + "\t" + report.getIndication(id) + "\t"
                + (report.getSubIndication(id) == null ? "-" : report.getSubIndication(id)) + "\t"
                + report.getAdESValidationErrors(id) + report.getAdESValidationWarnings(id));
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void sign(String[] words) throws Exception {
        AbstractSignatureService service = service(words[1], words[4]);
        AbstractSignatureParameters parameters = parameters(words[1], words[2]);
        DSSDocument document = new FileDocument(words[5]);
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(words[3], new PasswordProtection(PASSWORD.toCharArray()))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            parameters.setSigningCertificate(key.getCertificate());
            parameters.setCertificateChain(key.getCertificateChain());
            ToBeSigned toBeSigned = service.getDataToSign(document, parameters);
            SignatureValue value = token.sign(toBeSigned, parameters.getDigestAlgorithm(), key);
            service.signDocument(document, parameters, value).save(words[6]);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void extend(String[] words) throws Exception {
        AbstractSignatureParameters parameters = parameters(words[1], words[2]);
        parameters.setDetachedContents(documents(words, 6));
        AbstractSignatureService service = service(words[1], words[3]);
        service.extendDocument(new FileDocument(words[4]), parameters).save(words[5]);
    }

    private static AbstractSignatureService<?, ?> service(String kind, String authority) throws Exception {
        AbstractSignatureService<?, ?> service = switch (kind) {
            case "cades", "cades-detached" -> new CAdESService(verifier());
            case "pades" -> new PAdESService(verifier());
            case "xades", "xades-enveloping", "xades-detached" -> new XAdES().service();
            case "jades", "jades-json", "jades-detached" -> new JAdESService(verifier());
            case "asic-s-cades", "asic-e-cades" -> new ASiCWithCAdESService(verifier());
            case "asic-s-xades", "asic-e-xades" -> new ASiCWithXAdESService(verifier());
            default -> throw new IllegalArgumentException(kind);
        };
        KeyEntityTSPSource tsa = new KeyEntityTSPSource(new File(authority), "PKCS12", PASSWORD.toCharArray(), "tsa", PASSWORD.toCharArray());
        tsa.setTsaPolicy("1.2.3.4");
        service.setTspSource(tsa);
        return service;
    }

    /** Keeps the names of XAdES' own classes, which are those of others too, apart. */
    private static final class XAdES {
        AbstractSignatureService<?, ?> service() throws Exception {
            return new eu.europa.esig.dss.xades.signature.XAdESService(verifier());
        }

        AbstractSignatureParameters<?> parameters(SignaturePackaging packaging, String level) {
            var parameters = new eu.europa.esig.dss.xades.XAdESSignatureParameters();
            parameters.setSignatureLevel(SignatureLevel.valueByName("XAdES-BASELINE-" + level));
            parameters.setSignaturePackaging(packaging);
            return parameters;
        }
    }

    private static AbstractSignatureParameters<?> parameters(String kind, String level) {
        AbstractSignatureParameters<?> parameters = switch (kind) {
            case "cades", "cades-detached" -> {
                var made = new CAdESSignatureParameters();
                made.setSignatureLevel(SignatureLevel.valueByName("CAdES-BASELINE-" + level));
                made.setSignaturePackaging(kind.equals("cades") ? SignaturePackaging.ENVELOPING : SignaturePackaging.DETACHED);
                yield made;
            }
            case "pades" -> {
                var made = new PAdESSignatureParameters();
                made.setSignatureLevel(SignatureLevel.valueByName("PAdES-BASELINE-" + level));
                yield made;
            }
            case "xades" -> new XAdES().parameters(SignaturePackaging.ENVELOPED, level);
            case "xades-enveloping" -> new XAdES().parameters(SignaturePackaging.ENVELOPING, level);
            case "xades-detached" -> new XAdES().parameters(SignaturePackaging.DETACHED, level);
            case "jades", "jades-json", "jades-detached" -> {
                var made = new JAdESSignatureParameters();
                made.setSignatureLevel(SignatureLevel.valueByName("JAdES-BASELINE-" + level));
                made.setJwsSerializationType(kind.equals("jades") ? JWSSerializationType.COMPACT_SERIALIZATION : JWSSerializationType.JSON_SERIALIZATION);
                made.setSignaturePackaging(kind.equals("jades-detached") ? SignaturePackaging.DETACHED : SignaturePackaging.ENVELOPING);
                if (kind.equals("jades-detached")) {
                    made.setSigDMechanism(SigDMechanism.OBJECT_ID_BY_URI_HASH);
                }
                yield made;
            }
            case "asic-s-cades", "asic-e-cades" -> {
                var made = new ASiCWithCAdESSignatureParameters();
                made.setSignatureLevel(SignatureLevel.valueByName("CAdES-BASELINE-" + level));
                made.aSiC().setContainerType(kind.startsWith("asic-s") ? ASiCContainerType.ASiC_S : ASiCContainerType.ASiC_E);
                yield made;
            }
            case "asic-s-xades", "asic-e-xades" -> {
                var made = new ASiCWithXAdESSignatureParameters();
                made.setSignatureLevel(SignatureLevel.valueByName("XAdES-BASELINE-" + level));
                made.aSiC().setContainerType(kind.startsWith("asic-s") ? ASiCContainerType.ASiC_S : ASiCContainerType.ASiC_E);
                yield made;
            }
            default -> throw new IllegalArgumentException(kind);
        };
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        return parameters;
    }

    private static CertificateVerifier verifier() throws Exception {
        Path pki = Path.of(System.getProperty("pki"));
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        for (File file : files(pki.resolve("anchors"))) {
            anchors.addCertificate(DSSUtils.loadCertificate(file));
        }
        CommonCertificateSource others = new CommonCertificateSource();
        for (File file : files(pki.resolve("certificates"))) {
            others.addCertificate(DSSUtils.loadCertificate(file));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        verifier.setAdjunctCertSources(others);
        verifier.setCrlSource(new Folder(files(pki.resolve("crls"))));
        verifier.setAIASource(null);
        verifier.setOcspSource(null);
        return verifier;
    }

    private static List<File> files(Path folder) {
        File[] found = folder.toFile().listFiles();
        return found == null ? List.of() : List.of(found);
    }

    private static List<DSSDocument> documents(String[] words, int from) {
        List<DSSDocument> found = new ArrayList<>();
        for (int i = from; i < words.length; i++) {
            found.add(new FileDocument(words[i]));
        }
        return found;
    }

    /** CRLs of a folder, each for the certificates of the authority that signed it. */
    private static final class Folder implements CRLSource {
        private final transient List<File> crls;

        Folder(List<File> crls) {
            this.crls = crls;
        }

        @Override
        public CRLToken getRevocationToken(CertificateToken certificate, CertificateToken issuer) {
            for (File file : crls) {
                try {
                    CRLBinary binary = CRLUtils.buildCRLBinary(Files.readAllBytes(file.toPath()));
                    CRLValidity validity = CRLUtils.buildCRLValidity(binary, issuer);
                    if (validity.isValid()) {
                        CRLToken token = new CRLToken(certificate, validity);
                        token.setExternalOrigin(eu.europa.esig.dss.enumerations.RevocationOrigin.EXTERNAL);
                        return token;
                    }
                } catch (Exception e) {
                    continue; // another authority's
                }
            }
            return null;
        }
    }
}
