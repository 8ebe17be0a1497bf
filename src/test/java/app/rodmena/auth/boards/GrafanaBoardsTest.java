package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Grafana, which is not in Debian, needs to import a board without a question. */
class GrafanaBoardsTest {
    private static final int COLUMNS = 24;
    private static final String DATASOURCE = "${datasource}";

    @ParameterizedTest
    @MethodSource("boards")
    void itIsABoardOfItsOwn(Path board) throws IOException {
        JsonNode json = read(board);

        assertThat(json.get("id").isNull())
                .as("an id would overwrite somebody else's board")
                .isTrue();
        assertThat(json.get("uid").asText())
                .isEqualTo(board.getFileName().toString().replace(".json", ""));
        assertThat(json.get("title").asText()).isNotBlank();
        assertThat(json.get("schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
        assertThat(json.at("/__inputs")).as("what is to be asked on import").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("boards")
    void panelsHaveIdsOfTheirOwnAndLieBesideEachOther(Path board) throws IOException {
        List<JsonNode> panels = panels(board);

        assertThat(panels).extracting(panel -> panel.get("id").asInt()).doesNotHaveDuplicates();
        Set<String> taken = new HashSet<>();
        assertThat(panels).allSatisfy(panel -> {
            JsonNode place = panel.get("gridPos");
            int x = place.get("x").asInt();
            int y = place.get("y").asInt();
            assertThat(x + place.get("w").asInt()).as("%s", panel.get("title")).isLessThanOrEqualTo(COLUMNS);
            for (int column = x; column < x + place.get("w").asInt(); column++) {
                for (int row = y; row < y + place.get("h").asInt(); row++) {
                    assertThat(taken.add(column + "," + row))
                            .as("%s overlaps", panel.get("title"))
                            .isTrue();
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("boards")
    void everyPanelAsksTheChosenDatasourceSaysWhatItShowsAndInWhatUnit(Path board) throws IOException {
        assertThat(panels(board).stream()
                        .filter(panel -> !panel.get("type").asText().equals("row")))
                .hasSizeGreaterThan(8)
                .allSatisfy(panel -> {
                    String title = panel.get("title").asText();
                    assertThat(title).isNotBlank();
                    assertThat(panel.path("description").asText()).as(title).isNotBlank();
                    assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo(DATASOURCE);
                    assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                            .as(title)
                            .isNotBlank();
                    assertThat(panel.get("targets")).as(title).isNotEmpty().allSatisfy(target -> {
                        assertThat(target.path("expr").asText()).isNotBlank();
                        assertThat(target.at("/datasource/uid").asText()).isEqualTo(DATASOURCE);
                    });
                    assertThat(panel.get("targets").findValuesAsText("refId"))
                            .as(title)
                            .doesNotHaveDuplicates();
                });
    }

    @ParameterizedTest
    @MethodSource("boards")
    void dropDownsAreFilledAsThoseOfPopularBoards(Path board) throws IOException {
        JsonNode variables = read(board).at("/templating/list");

        assertThat(variables.get(0).get("type").asText()).isEqualTo("datasource");
        assertThat(variables.findValuesAsText("name")).contains("datasource", "application", "pool");
        assertThat(variables.toString()).contains("label_values(jvm_classes_loaded_classes, application)");
    }

    static List<Path> boards() throws IOException {
        try (Stream<Path> files = Files.list(BoardFiles.file("grafana"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    static JsonNode read(Path board) throws IOException {
        return new ObjectMapper().readTree(board.toFile());
    }

    private static List<JsonNode> panels(Path board) throws IOException {
        List<JsonNode> panels = new ArrayList<>();
        read(board).get("panels").forEach(panels::add);
        return panels;
    }
}
