package app.rodmena.auth.tools.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.tools.load.LoadRequest.ResponseValidator;
import app.rodmena.auth.tools.load.RequestFailure.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponseValidatorTest {
    private static final String WRAPPED =
            "{\"success\":true,\"data\":{\"has_permission\":%s},\"timestamp\":\"2026-01-01T00:00:0%d.000000\"}";

    private final ResponseValidator answer = new ResponseValidator(
            json -> json.path("data").path("has_permission").asBoolean());

    @Test
    void theSameBodyWithAnotherTimestampIsCorrect() {
        assertThat(judge(200, WRAPPED.formatted(true, 1))).isEmpty();
        assertThat(judge(200, WRAPPED.formatted(true, 2))).isEmpty();
        assertThat(judge(200, WRAPPED.formatted(false, 1))).contains(Kind.WRONG_ANSWER);
        assertThat(judge(200, WRAPPED.formatted(true, 3))).isEmpty();
    }

    @Test
    void aBodyWithoutTimestampMustBeIdentical() {
        ResponseValidator roles =
                new ResponseValidator(json -> json.path("result").size() == 1);

        assertThat(roles.check(200, bytes("{\"result\":[1]}"))).isEmpty();
        assertThat(roles.check(200, bytes("{\"result\":[1]}"))).isEmpty();
        assertThat(roles.check(200, bytes("{\"result\":[1,2]}"))).isPresent();
        assertThat(roles.check(200, bytes("{\"result\":[2]}"))).isEmpty();
    }

    @Test
    void aTruncatedOrInvalidBodyIsWrong() {
        String whole = WRAPPED.formatted(true, 1);
        assertThat(judge(200, whole)).isEmpty();

        assertThat(judge(200, whole.substring(0, whole.length() - 5))).contains(Kind.WRONG_ANSWER);
        assertThat(judge(200, "")).contains(Kind.WRONG_ANSWER);
        assertThat(judge(200, "<html>")).contains(Kind.WRONG_ANSWER);
    }

    @Test
    void anotherStatusIsAFailureWithTheStartOfTheBody() {
        Optional<RequestFailure> miss = answer.check(503, bytes("{\"message\":\"no connection\nwithin 30 s\"}"));

        assertThat(miss).contains(new RequestFailure(Kind.STATUS, 503, "{\"message\":\"no connection within 30 s\"}"));
    }

    private Optional<Kind> judge(int status, String body) {
        return answer.check(status, bytes(body)).map(RequestFailure::kind);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
