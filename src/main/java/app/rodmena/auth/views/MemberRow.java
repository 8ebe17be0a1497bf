package app.rodmena.auth.views;

import app.rodmena.auth.capacity.Member;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;

@Describe("The processes with one instance name, usually one process")
public record MemberRow(
        @Key @Describe("Instance name, set by --instance") String instance,

        @Describe(value = "Processes with this name", unit = "processes")
        int processes,

        @Describe(
                value = "Further processes with this name that are still checking the fleet's limit",
                unit = "processes")
        int undecided,

        @Describe("pool_size and max_overflow that the processes announce, for example 5+5")
        String pools,

        @Describe(value = "Maximum of their connections, monitoring connections included", unit = "connections")
        int share,

        @Describe(value = "Their open connections, monitoring connections included", unit = "connections")
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
