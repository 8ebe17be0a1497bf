package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContentNegotiationTest {
    @Test
    void theFormatWithTheHighestWeightIsChosen() {
        assertThat(ContentNegotiation.preferred("")).isEqualTo(ContentNegotiation.JSON);
        assertThat(ContentNegotiation.preferred("*/*")).isEqualTo(ContentNegotiation.JSON);
        assertThat(ContentNegotiation.preferred("text/plain")).isEqualTo(ContentNegotiation.TEXT);
        assertThat(ContentNegotiation.preferred("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"))
                .isEqualTo(ContentNegotiation.HTML);
        assertThat(ContentNegotiation.preferred("text/html;q=0.5, Text/Plain; charset=utf-8"))
                .isEqualTo(ContentNegotiation.TEXT);
        assertThat(ContentNegotiation.preferred("text/html;q=0, application/json;q=0.1"))
                .isEqualTo(ContentNegotiation.JSON);
        assertThat(ContentNegotiation.preferred("image/png,;;q=x")).isEqualTo(ContentNegotiation.JSON);
        assertThat(ContentNegotiation.preferred(";")).isEqualTo(ContentNegotiation.JSON);
        assertThat(ContentNegotiation.preferred(";,text/html;,,")).isEqualTo(ContentNegotiation.HTML);
    }
}
