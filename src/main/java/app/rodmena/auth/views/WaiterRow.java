package app.rodmena.auth.views;

import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("One caller waiting for a connection")
public record WaiterRow(
        @Description("Route of the caller, for example GET /api/roles")
        String route,

        @Description("Fingerprint of the tenant; - if there is none")
        String tenant,

        @Description("Start of its wait, in UTC, for example 2026-11-23T15:34:52.118Z")
        String since,

        @Description("Deadline: when it is refused if no connection becomes free, in UTC")
        String deadline) {

    public static WaiterRow of(WaiterView view) {
        return new WaiterRow(
                view.route(), view.tenant(), WireFormat.time(view.since()), WireFormat.time(view.deadline()));
    }
}
