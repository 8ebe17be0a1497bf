package app.rodmena.auth.views;

import app.rodmena.auth.capacity.FleetMember;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;

@Description("The processes with one instance name, usually one process")
public record MemberRow(
        @TableKey @Description("Instance name, set by --instance")
        String instance,

        @Description(value = "Processes with this name", unit = "processes")
        int processes,

        @Description(
                value = "Further processes with this name that are still checking the fleet's limit",
                unit = "processes")
        int undecided,

        @Description("pool_size and max_overflow that the processes announce, for example 5+5")
        String pools,

        @Description(value = "Maximum of their connections, monitoring connections included", unit = "connections")
        int share,

        @Description(value = "Their open connections, monitoring connections included", unit = "connections")
        int open) {
    public static MemberRow of(FleetMember member) {
        return new MemberRow(
                member.instance(),
                member.processes(),
                member.undecided(),
                member.pools(),
                member.share(),
                member.open());
    }
}
