import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESCounterSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.crl.CRLBinary;
import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.crl.CRLValidity;
import eu.europa.esig.dss.enumerations.CommitmentTypeEnum;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.RevocationOrigin;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESCounterSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.BLevelParameters;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.Policy;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.SignerLocation;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.SignatureImageParameters;
import eu.europa.esig.dss.pades.SignatureImageTextParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.signature.CounterSignatureService;
import eu.europa.esig.dss.signature.MultipleDocumentsSignatureService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESCounterSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.File;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

/**
 * Makes signatures with EU DSS in the many forms it knows. Reads the file named, one command a line, tab-separated:
 *
 * <pre>
 * make FORM LEVEL SIGNER.p12 TSA.p12 OPTIONS OUT FILE…   FORM: CAdES PAdES XAdES JAdES ASiC-CAdES ASiC-XAdES
 * counter FORM SIGNER.p12 OPTIONS IN OUT [ORIGINAL…]
 * extend FORM LEVEL TSA.p12 OPTIONS IN OUT [ORIGINAL…]
 * </pre>
 *
 * OPTIONS are names of setters with their values, comma-separated (PrettyPrint=true), or words of `option` below; "-" for none.
 * Answers each with "done" or "error: …".
 */
public class Variants {
    private static final String PASSWORD = "secret";

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] words = line.split("\t");
            try {
                switch (words[0]) {
                    case "make" -> make(words);
                    case "counter" -> counter(words);
                    case "extend" -> extend(words);
                    default -> throw new IllegalArgumentException(words[0]);
                }
                System.out.println("done");
            } catch (Exception e) {
                System.out.println("error: " + e.getClass().getSimpleName() + ": " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void make(String[] words) throws Exception {
        AbstractSignatureService service = service(words[1], words[4]);
        AbstractSignatureParameters parameters = parameters(words[1], words[2]);
        List<DSSDocument> documents = documents(words, 7);
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(words[3], new PasswordProtection(PASSWORD.toCharArray()))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            parameters.setSigningCertificate(key.getCertificate());
            parameters.setCertificateChain(key.getCertificateChain());
            options(parameters, service, documents, words[5]);
            DSSDocument signed;
            if (documents.size() == 1) {
                ToBeSigned data = service.getDataToSign(documents.get(0), parameters);
                signed = service.signDocument(documents.get(0), parameters, value(token, data, parameters, key));
            } else {
                MultipleDocumentsSignatureService several = (MultipleDocumentsSignatureService) service;
                ToBeSigned data = several.getDataToSign(documents, parameters);
                signed = several.signDocument(documents, parameters, value(token, data, parameters, key));
            }
            signed.save(words[6]);
        }
    }

    private static SignatureValue value(Pkcs12SignatureToken token, ToBeSigned data, AbstractSignatureParameters<?> parameters,
            DSSPrivateKeyEntry key) {
        return token.sign(data, parameters.getSignatureAlgorithm(), key);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void counter(String[] words) throws Exception {
        DSSDocument document = new FileDocument(words[4]);
        List<DSSDocument> originals = documents(words, 6);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(document);
        validator.setDetachedContents(originals);
        String identifier = validator.getSignatures().get(0).getId();
        AbstractSignatureParameters parameters = switch (words[1]) {
            case "CAdES" -> {
                var made = new CAdESCounterSignatureParameters();
                made.setSignatureLevel(SignatureLevel.CAdES_BASELINE_B);
                made.setSignatureIdToCounterSign(identifier);
                yield made;
            }
            case "XAdES" -> {
                var made = new XAdESCounterSignatureParameters();
                made.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
                made.setSignatureIdToCounterSign(identifier);
                yield made;
            }
            case "JAdES" -> {
                var made = new JAdESCounterSignatureParameters();
                made.setSignatureLevel(SignatureLevel.JAdES_BASELINE_B);
                made.setSignatureIdToCounterSign(identifier);
                yield made;
            }
            default -> throw new IllegalArgumentException(words[1]);
        };
        parameters.setDetachedContents(originals);
        AbstractSignatureService service = service(words[1], null);
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(words[2], new PasswordProtection(PASSWORD.toCharArray()))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            parameters.setSigningCertificate(key.getCertificate());
            parameters.setCertificateChain(key.getCertificateChain());
            options(parameters, service, List.of(document), words[3]);
            var counter = (eu.europa.esig.dss.model.SerializableCounterSignatureParameters) parameters;
            CounterSignatureService countersigner = (CounterSignatureService) service;
            ToBeSigned data = countersigner.getDataToBeCounterSigned(document, counter);
            countersigner.counterSignSignature(document, counter, value(token, data, parameters, key)).save(words[5]);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void extend(String[] words) throws Exception {
        AbstractSignatureParameters parameters = parameters(words[1], words[2]);
        AbstractSignatureService service = service(words[1], words[3]);
        options(parameters, service, List.of(), words[4]);
        parameters.setDetachedContents(documents(words, 7));
        service.extendDocument(new FileDocument(words[5]), parameters).save(words[6]);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void options(AbstractSignatureParameters parameters, AbstractSignatureService service,
            List<DSSDocument> documents, String options) throws Exception {
        for (String option : options.equals("-") ? new String[0] : options.split(",")) {
            BLevelParameters b = parameters.bLevel();
            switch (option) {
                case "policy" -> b.setSignaturePolicy(policy());
                case "implied-policy" -> b.setSignaturePolicy(new Policy());
                case "roles" -> b.setClaimedSignerRoles(List.of("manager", "witness"));
                case "commitment" -> b.setCommitmentTypeIndications(
                    List.of(CommitmentTypeEnum.ProofOfApproval, CommitmentTypeEnum.ProofOfOrigin));
                case "location" -> b.setSignerLocation(location());
                case "long-ago" -> b.setSigningDate(new Date(1_600_000_000_000L));
                case "image" -> ((PAdESSignatureParameters) parameters).setImageParameters(image());
                case "content-timestamp" -> parameters.setContentTimestamps(Arrays.asList(documents.size() == 1
                    ? service.getContentTimestamp(documents.get(0), parameters)
                    : ((MultipleDocumentsSignatureService) service).getContentTimestamp(documents, parameters)));
                default -> set(parameters, option);
            }
        }
    }

    private static void set(AbstractSignatureParameters<?> parameters, String option) throws Exception {
        String[] words = option.split("=", 2);
        List<Object> targets = new ArrayList<>(List.of(parameters));
        if (parameters instanceof ASiCWithCAdESSignatureParameters asic) {
            targets.add(asic.aSiC());
        } else if (parameters instanceof ASiCWithXAdESSignatureParameters asic) {
            targets.add(asic.aSiC());
        }
        for (Object target : targets) {
            for (Method method : target.getClass().getMethods()) {
                if (method.getName().equals("set" + words[0]) && method.getParameterCount() == 1) {
                    Object value = value(method.getParameterTypes()[0], words[1]);
                    if (value != null) {
                        method.invoke(target, value);
                        return;
                    }
                }
            }
        }
        throw new IllegalArgumentException(option);
    }

    private static Object value(Class<?> type, String text) {
        if (type == boolean.class) {
            return Boolean.parseBoolean(text);
        }
        if (type == int.class) {
            return Integer.parseInt(text);
        }
        if (type == String.class) {
            return text;
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).filter(one -> ((Enum<?>) one).name().equals(text)).findFirst().orElseThrow();
        }
        return null;
    }

    private static Policy policy() {
        Policy policy = new Policy();
        policy.setId("1.2.3.4.5");
        policy.setDigestAlgorithm(DigestAlgorithm.SHA256);
        policy.setDigestValue(DSSUtils.digest(DigestAlgorithm.SHA256, "rules".getBytes()));
        policy.setSpuri("https://policies.example/rules");
        return policy;
    }

    private static SignerLocation location() {
        SignerLocation location = new SignerLocation();
        location.setCountry("HK");
        location.setLocality("Kowloon");
        location.setPostalAddress(List.of("1 Ferry Street", "Kowloon"));
        return location;
    }

    private static SignatureImageParameters image() {
        SignatureImageTextParameters text = new SignatureImageTextParameters();
        text.setText("Signed");
        SignatureImageParameters image = new SignatureImageParameters();
        image.setTextParameters(text);
        image.getFieldParameters().setOriginX(50);
        image.getFieldParameters().setOriginY(50);
        return image;
    }

    private static AbstractSignatureService<?, ?> service(String form, String authority) throws Exception {
        AbstractSignatureService<?, ?> service = switch (form) {
            case "CAdES" -> new CAdESService(verifier());
            case "PAdES" -> new PAdESService(verifier());
            case "XAdES" -> new XAdESService(verifier());
            case "JAdES" -> new JAdESService(verifier());
            case "ASiC-CAdES" -> new ASiCWithCAdESService(verifier());
            case "ASiC-XAdES" -> new ASiCWithXAdESService(verifier());
            default -> throw new IllegalArgumentException(form);
        };
        if (authority != null) {
            KeyEntityTSPSource tsa = new KeyEntityTSPSource(new File(authority), "PKCS12", PASSWORD.toCharArray(), "tsa", PASSWORD.toCharArray());
            tsa.setTsaPolicy("1.2.3.4");
            service.setTspSource(tsa);
        }
        return service;
    }

    private static AbstractSignatureParameters<?> parameters(String form, String level) {
        AbstractSignatureParameters<?> parameters = switch (form) {
            case "CAdES" -> new CAdESSignatureParameters();
            case "PAdES" -> new PAdESSignatureParameters();
            case "XAdES" -> new XAdESSignatureParameters();
            case "JAdES" -> new JAdESSignatureParameters();
            case "ASiC-CAdES" -> new ASiCWithCAdESSignatureParameters();
            case "ASiC-XAdES" -> new ASiCWithXAdESSignatureParameters();
            default -> throw new IllegalArgumentException(form);
        };
        parameters.setSignatureLevel(SignatureLevel.valueOf(level));
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        if (!form.startsWith("ASiC") && !form.equals("PAdES")) {
            parameters.setSignaturePackaging(SignaturePackaging.ENVELOPING);
        }
        return parameters;
    }

    private static CertificateVerifier verifier() throws Exception {
        Path pki = Path.of(System.getProperty("pki"));
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        for (File file : files(pki.resolve("anchors"))) {
            anchors.addCertificate(DSSUtils.loadCertificate(file));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
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
                        token.setExternalOrigin(RevocationOrigin.EXTERNAL);
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
