package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.pool.WaiterView;

@Describe("One caller that waits for a connection")
public record WaiterRow(
        @Describe("What wants it, as GET /api/roles") String route,

        @Describe("Fingerprint of the tenant; - where there is none")
        String tenant,

        @Describe("Since when it waits, in UTC, as 2026-11-23T15:34:52.118Z")
        String since,

        @Describe("When it will be refused, if no connection comes free before")
        String deadline) {

    public static WaiterRow of(WaiterView view) {
        return new WaiterRow(view.route(), view.tenant(), Text.time(view.since()), Text.time(view.deadline()));
    }
}
