package app.rodmena.auth.database.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlMaskTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select 1 | select ?",
                "select 'a', 'it''s', '' from t | select ?, ?, ? from t",
                "select E'a\\'b' , 'secret' | select E?",
                "select 'a\\', 'secret' | select ?",
                "select U&'d\\0061t', b'01', x'1F', n'z' | select U&?, b?, x?, n?",
                "select $$it's$$, $tag$ $$ 'x' $tag$, $1, $2::int | select ?, ?, $1, $2::int",
                "select 3.14, .5, 1e10, 0x1F, 1_000, t1.c2 from t1 | select ?, ?, ?, ?, ?, t1.c2 from t1",
                "select a-1, a - -2 from t -- the key is 42 | select a-?, a - -? from t",
                "select /* key /* nested */ 42 */ x | select x",
                "select \"odd 'name\", 'v' | select \"odd 'name\", ?",
                "select 'cut off in the mid | select ?",
                "select $x$cut off | select ?",
                "select \"cut off | select ?",
                "select /* cut off | select",
                "copy t from stdin | copy t from stdin",
                "select a$b$c from t where x = 'v' | select a$b$c from t where x = ?",
                "insert into t values (1,'a'),(2,'b') | insert into t values (?,?),(?,?)"
            })
    void masksLiterals(String sql, String shown) {
        assertThat(SqlMask.mask(sql)).isEqualTo(shown);
    }

    @Test
    void keepsTheNamingCommentOnly() {
        assertThat(SqlMask.mask("/* roles.list */\nselect role from auth_group where creator = $1"))
                .isEqualTo("/* roles.list */ select role from auth_group where creator = $1");
        assertThat(SqlMask.mask("/* user=alice */ select 1")).isEqualTo("select ?");
    }

    @Test
    void isOneBoundedLineWithoutControlCharacters() {
        assertThat(SqlMask.mask("select\n\ta,\r\n b \u001b[31m from t")).isEqualTo("select a, b [? from t");
        assertThat(SqlMask.mask("select " + "a, ".repeat(500) + "b"))
                .hasSize(300)
                .endsWith("…");
    }

    @Test
    void neverShowsAKey() {
        String key = "5f1c2f0a-9b1e-4c37-8a55-0d9b3c6c1e11";
        List<String> around = List.of(
                "'%s'",
                "\"%s\"",
                "E'\\\\%s'",
                "$$%s$$",
                "$q$%s$q$",
                "-- %s\n",
                "/* %s */",
                "/* a /* b */ %s */",
                "'it''s %s'",
                "%s",
                "U&'%s'",
                "('%s')",
                "'\\' '%s'",
                "'%s",
                "/* %s",
                "\"%s",
                "$a$%s");
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder sql = new StringBuilder("select ");
            for (int part = 0; part < 4; part++) {
                sql.append(around.get(random.nextInt(around.size())).formatted(key))
                        .append(random.nextBoolean() ? ", " : " ");
            }
            assertThat(SqlMask.mask(sql.toString())).as(sql.toString()).doesNotContain(key);
        }
    }
}
