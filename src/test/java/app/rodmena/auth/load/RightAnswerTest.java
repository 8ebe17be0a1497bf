package app.rodmena.auth.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RightAnswerTest {
    private static final String WRAPPED =
            "{\"success\":true,\"data\":{\"has_permission\":%s},\"timestamp\":\"2026-01-01T00:00:0%d.000000\"}";

    private final RightAnswer answer =
            new RightAnswer(json -> json.path("data").path("has_permission").asBoolean());

    @Test
    void theSameAnswerAtAnotherTimeIsRightAndTheOppositeIsWrong() {
        assertThat(judge(200, WRAPPED.formatted(true, 1))).isEmpty();
        assertThat(judge(200, WRAPPED.formatted(true, 2))).isEmpty();
        assertThat(judge(200, WRAPPED.formatted(false, 1))).contains(Failure.WRONG_ANSWER);
        assertThat(judge(200, WRAPPED.formatted(true, 3))).isEmpty();
    }

    @Test
    void anAnswerWithoutATimeHasToBeTheSameToTheLastByte() {
        RightAnswer roles = new RightAnswer(json -> json.path("result").size() == 1);

        assertThat(roles.judge(200, bytes("{\"result\":[1]}"))).isEmpty();
        assertThat(roles.judge(200, bytes("{\"result\":[1]}"))).isEmpty();
        assertThat(roles.judge(200, bytes("{\"result\":[1,2]}"))).isPresent();
        assertThat(roles.judge(200, bytes("{\"result\":[2]}"))).isEmpty();
    }

    @Test
    void anAnswerThatIsCutOffOrNoJsonIsWrongAlsoWhenItBeganRightly() {
        String whole = WRAPPED.formatted(true, 1);
        assertThat(judge(200, whole)).isEmpty();

        assertThat(judge(200, whole.substring(0, whole.length() - 5))).contains(Failure.WRONG_ANSWER);
        assertThat(judge(200, "")).contains(Failure.WRONG_ANSWER);
        assertThat(judge(200, "<html>")).contains(Failure.WRONG_ANSWER);
    }

    @Test
    void anotherStatusIsAFailureOfItsOwnAndItsFirstWordsAreKept() {
        Optional<Miss> miss = answer.judge(503, bytes("{\"message\":\"no connection\nwithin 30 s\"}"));

        assertThat(miss).contains(new Miss(Failure.STATUS, 503, "{\"message\":\"no connection within 30 s\"}"));
    }

    private Optional<Failure> judge(int status, String body) {
        return answer.judge(status, bytes(body)).map(Miss::failure);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
