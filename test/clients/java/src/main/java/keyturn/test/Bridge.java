package keyturn.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.utils.JsonUtils;
import com.huaweicloud.sdk.kms.v2.KmsClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;

/**
 * Calls the official Java SDK as it is told: one JSON line in, one JSON line out. In: {"operation",
 * "fields" (of path and query), "body"}. Out: {"response"} or {"error": {"status", "code",
 * "message"}}, or {"missing": true} where this release has no such operation. Requests are the SDK's own
 * classes.
 */
public final class Bridge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODELS = "com.huaweicloud.sdk.kms.v2.model.";

  private Bridge() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    KmsClient client = newClient();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      out.println(JSON.writeValueAsString(answer(client, JSON.readTree(line))));
    }
    System.exit(0);
  }

  private static KmsClient newClient() {
    BasicCredentials credentials =
        new BasicCredentials()
            .withAk(System.getenv("KEYTURN_AK"))
            .withSk(System.getenv("KEYTURN_SK"))
            .withProjectId(System.getenv("KEYTURN_PROJECT_ID"));
    return KmsClient.newBuilder()
        .withHttpConfig(HttpConfig.getDefaultHttpConfig())
        .withCredential(credentials)
        .withEndpoint(System.getenv("KEYTURN_URL"))
        .build();
  }

  private static ObjectNode answer(KmsClient client, JsonNode order) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      Object response = call(client, order);
      answer.set("response", JSON.readTree(JsonUtils.toJSON(response)));
    } catch (ClassNotFoundException | NoSuchMethodException missing) {
      answer.put("missing", true);
    } catch (InvocationTargetException error) {
      describe(error.getCause(), answer);
    } catch (Exception error) {
      describe(error, answer);
    }
    return answer;
  }

  private static Object call(KmsClient client, JsonNode order) throws Exception {
    String operation = order.get("operation").asText();
    ObjectNode members = JSON.createObjectNode();
    if (order.has("fields")) {
      members.setAll((ObjectNode) order.get("fields"));
    }
    if (order.hasNonNull("body")) {
      members.set("body", order.get("body"));
    }
    Class<?> type = Class.forName(MODELS + operation + "Request");
    Object request = JsonUtils.toObject(JSON.writeValueAsString(members), type);
    String method = operation.substring(0, 1).toLowerCase() + operation.substring(1);
    return client.getClass().getMethod(method, type).invoke(client, request);
  }

  private static void describe(Throwable error, ObjectNode answer) {
    if (error instanceof ServiceResponseException) {
      ServiceResponseException refused = (ServiceResponseException) error;
      ObjectNode problem = answer.putObject("error");
      problem.put("status", refused.getHttpStatusCode());
      problem.put("code", refused.getErrorCode());
      problem.put("message", refused.getErrorMsg());
    } else {
      answer.put("failure", String.valueOf(error));
    }
  }
}
