// EU DSS's own request and response classes, mapped to JSON as its web services do it. Development only.
//   request FILE            reads a request to validateSignature, and says what DSS understood
//   response FILE...        reads responses, checks each report against DSS's schemas, and says what a client sees
//   sample DOCUMENT FILE    validates a document with DSS itself and writes the response
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.module.jakarta.xmlbind.JakartaXmlBindAnnotationIntrospector;
import eu.europa.esig.dss.detailedreport.DetailedReport;
import eu.europa.esig.dss.detailedreport.DetailedReportFacade;
import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.DiagnosticDataFacade;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.SimpleReportFacade;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.ws.validation.dto.DataToValidateDTO;
import eu.europa.esig.dss.ws.validation.dto.WSReportsDTO;
import java.io.File;
import java.util.Arrays;
import java.util.TimeZone;

class Main {
    public static void main(String[] arguments) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        ObjectMapper mapper = new ObjectMapper();
        mapper.setAnnotationIntrospector(new JakartaXmlBindAnnotationIntrospector(TypeFactory.defaultInstance()));
        File file = new File(arguments[arguments.length - 1]);
        switch (arguments[0]) {
            case "request" -> request(mapper.readValue(file, DataToValidateDTO.class));
            case "response" -> {
                for (String one : Arrays.copyOfRange(arguments, 1, arguments.length)) {
                    response(mapper.readValue(new File(one), WSReportsDTO.class));
                }
            }
            case "sample" -> mapper.writeValue(file, sample(arguments[1]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("done");
    }

    static void request(DataToValidateDTO request) {
        System.out.println("name: " + request.getSignedDocument().getName());
        System.out.println("bytes: " + request.getSignedDocument().getBytes().length);
    }

    static void response(WSReportsDTO response) throws Exception {
        SimpleReportFacade.newFacade().marshall(response.getSimpleReport(), true);
        DetailedReportFacade.newFacade().marshall(response.getDetailedReport(), true);
        DiagnosticDataFacade.newFacade().marshall(response.getDiagnosticData(), true);
        if (response.getValidationReport() == null) {
            throw new IllegalStateException("no ETSI validation report");
        }
        SimpleReport simple = new SimpleReport(response.getSimpleReport());
        DetailedReport detailed = new DetailedReport(response.getDetailedReport());
        DiagnosticData diagnostic = new DiagnosticData(response.getDiagnosticData());
        for (String id : simple.getSignatureIdList()) {
            SignatureWrapper signature = diagnostic.getSignatureById(id);
            CertificateWrapper signer = signature.getSigningCertificate();
            System.out.println(String.join("\t", simple.getIndication(id).name(),
                String.valueOf(simple.getSubIndication(id)), simple.getSignatureFormat(id).name(), simple.getSignedBy(id),
                detailed.getFinalIndication(id).name(), String.valueOf(signature.isSignatureValid()),
                signer == null ? "" : signer.getCommonName(), String.valueOf(simple.getSignatureTimestamps(id).size())));
        }
    }

    static WSReportsDTO sample(String document) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(document));
        validator.setCertificateVerifier(new CommonCertificateVerifier());
        Reports reports = validator.validateDocument();
        return new WSReportsDTO(reports.getDiagnosticDataJaxb(), reports.getSimpleReportJaxb(),
            reports.getDetailedReportJaxb(), reports.getEtsiValidationReportJaxb());
    }
}
