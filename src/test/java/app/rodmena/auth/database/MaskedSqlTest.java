package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MaskedSqlTest {
    @Test
    void everyKindOfLiteralIsMasked() {
        assertThat(MaskedSql.of("select * from t where key = '8d7f' and n = 42 and x = -1.5e3"))
                .isEqualTo("select * from t where key = ? and n = ? and x = -?");
        assertThat(MaskedSql.of("select 'it''s', E'a\\'b', U&'d', b'01', $$a 'b'$$, $q$ $$ $q$, .5 from t"))
                .isEqualTo("select ?, ... from t");
        assertThat(MaskedSql.of("update t set a = 'x' where \"a'b\" = 1"))
                .isEqualTo("update t set a = ? where \"a'b\" = ?");
    }

    @Test
    void whatWasCutOffIsMaskedToItsEnd() {
        assertThat(MaskedSql.of("select * from t where key = '8d7f-4e")).isEqualTo("select * from t where key = ?");
        assertThat(MaskedSql.of("select $key$8d7f-4e")).isEqualTo("select ?");
        assertThat(MaskedSql.of("select 1 /* 8d7f-4e")).isEqualTo("select ?");
    }

    @Test
    void namesPlaceholdersAndTheNameOfTheStatementStay() {
        assertThat(MaskedSql.of(
                        "/* roles.list */\nselect t1.role2\n  from auth_group t1 where creator = $1 and role = :role"))
                .isEqualTo("/* roles.list */ select t1.role2 from auth_group t1 where creator = $1 and role = :role");
        assertThat(MaskedSql.of("/* key 8d7f */ select 1 -- 8d7f\n, 2")).isEqualTo("select ?, ...");
    }

    @Test
    void listsOfAnyLengthAreTheSameStatement() {
        assertThat(MaskedSql.of("select a from t where id in (?, ?,?)"))
                .isEqualTo(MaskedSql.of("select a from t where id in (1,2)"))
                .isEqualTo("select a from t where id in (?, ...)");
    }

    @Test
    void longOnesAreCutAndNoneIsTooMuch() {
        assertThat(MaskedSql.of("select " + "a".repeat(100_000))).hasSize(2_004).endsWith(" ...");
        assertThat(MaskedSql.of("select '" + "''x\\".repeat(100_000))).isEqualTo("select ?");
        assertThat(MaskedSql.of("(((" + "'".repeat(100_001))).isEqualTo("(((?");
        assertThat(MaskedSql.of("")).isEmpty();
    }
}
