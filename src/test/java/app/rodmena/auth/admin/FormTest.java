package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FormTest {
    @Test
    void everybodyGetsWhatTheyPrefer() {
        assertThat(Form.preferred("")).isEqualTo(Form.JSON);
        assertThat(Form.preferred("*/*")).isEqualTo(Form.JSON);
        assertThat(Form.preferred("text/plain")).isEqualTo(Form.TEXT);
        assertThat(Form.preferred("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"))
                .isEqualTo(Form.HTML);
        assertThat(Form.preferred("text/html;q=0.5, Text/Plain; charset=utf-8")).isEqualTo(Form.TEXT);
        assertThat(Form.preferred("text/html;q=0, application/json;q=0.1")).isEqualTo(Form.JSON);
        assertThat(Form.preferred("image/png,;;q=x")).isEqualTo(Form.JSON);
        assertThat(Form.preferred(";")).isEqualTo(Form.JSON);
        assertThat(Form.preferred(";,text/html;,,")).isEqualTo(Form.HTML);
    }
}
