package app.rodmena.auth.views;

import app.rodmena.auth.capacity.Member;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;

@Describe("The processes of one name, usually one")
public record MemberRow(
        @Key @Describe("The name, as --instance gives it") String instance,

        @Describe(value = "How many have it", unit = "processes")
        int processes,

        @Describe(value = "How many more have it and have not decided yet whether they fit", unit = "processes")
        int undecided,

        @Describe("pool_size and max_overflow as they announce them: 5+5")
        String pools,

        @Describe(value = "The most that they may have open, the connections that watch included", unit = "connections")
        int share,

        @Describe(value = "What they have open, those included", unit = "connections")
        int open) {
    public static MemberRow of(Member member) {
        return new MemberRow(
                member.instance(),
                member.processes(),
                member.undecided(),
                member.pools(),
                member.share(),
                member.open());
    }
}
