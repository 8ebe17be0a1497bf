package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentNegotiationTest {
    @Test
    void theFormatWithTheHighestWeightIsChosen() {
        assertThat(preferred("")).isEqualTo(Response.JSON);
        assertThat(preferred("*/*")).isEqualTo(Response.JSON);
        assertThat(preferred("text/plain")).isEqualTo(Response.TEXT);
        assertThat(preferred("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"))
                .isEqualTo(Response.HTML);
        assertThat(preferred("text/html;q=0.5, Text/Plain; charset=utf-8")).isEqualTo(Response.TEXT);
        assertThat(preferred("text/html;q=0, application/json;q=0.1")).isEqualTo(Response.JSON);
        assertThat(preferred("image/png,;;q=x")).isEqualTo(Response.JSON);
        assertThat(preferred(";")).isEqualTo(Response.JSON);
        assertThat(preferred(";,text/html;,,")).isEqualTo(Response.HTML);
    }

    private static String preferred(String accept) {
        return ContentNegotiation.preferred(accept, List.of(Response.JSON, Response.TEXT, Response.HTML));
    }
}
