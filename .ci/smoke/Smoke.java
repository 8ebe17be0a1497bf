import client.ApiClient;
import client.ApiException;
import client.ApiResponse;
import client.api.ChecksApi;
import client.api.MembershipsApi;
import client.api.PermissionsApi;
import client.api.RolesApi;
import client.api.ServerApi;
import client.model.BatchCheck;
import client.model.CheckResult;
import client.model.ErrorResponse;
import client.model.Membership;
import client.model.PermissionCheck;
import client.model.RoleDescription;
import client.model.RoleList;
import java.util.List;
import java.util.stream.Collectors;

/** Uses a live server with the Java client that openapi-generator makes of its description: .ci/clients runs it. */
public class Smoke {
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        ServerApi server = new ServerApi(client);
        require("PONG".equals(server.ping(null).getMessage().getValue()), "ping");
        require(server.health(null).getDatabase().getPoolSize() > 0, "health");

        try {
            new RolesApi(client).createRole("editor", null, null);
            throw new IllegalStateException("a request without a client key succeeded");
        } catch (ApiException e) {
            ErrorResponse error = client.getObjectMapper().readValue(e.getResponseBody(), ErrorResponse.class);
            require(e.getCode() == 401 && error.getCode() == 401, "401");
        }

        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + arguments[1]));
        RolesApi roles = new RolesApi(client);
        ChecksApi checks = new ChecksApi(client);
        MembershipsApi memberships = new MembershipsApi(client);
        require(roles.createRole("editor", null, null).getResult(), "createRole");
        require(roles.createRole("author", null, null).getResult(), "createRole");
        require(memberships.addMember("auth0|ann", "editor", null, null).getResult(), "addMember");
        require(
                new PermissionsApi(client).grantPermission("editor", "article:publish", null, null).getResult(),
                "grantPermission");
        require(
                checks.userHasPermission("auth0|ann", "article:publish", "5", "smoke-java").getData().getHasPermission(),
                "userHasPermission");
        require(!memberships.isMember("bob", "editor", null, null).getData().getHasPermission(), "isMember");
        require(
                roles.describeRole("editor", new RoleDescription().description("Edits"), null, null)
                        .getData()
                        .getResult(),
                "describeRole");

        BatchCheck batch = new BatchCheck()
                .addChecksItem(new PermissionCheck().user("auth0|ann").permission("article:publish"))
                .addChecksItem(new PermissionCheck().user("a b").permission("article:publish"));
        List<CheckResult> results = checks.checkPermissions(batch, null, null).getData().getResults();
        require(results.get(0).getHasPermission() && results.get(1).getError() != null, "checkPermissions");

        ApiResponse<RoleList> page = roles.listRolesWithHttpInfo(1, null, null, "smoke-java");
        require(page.getData().getResult().get(0).getRole().equals("author"), "the first page");
        require(page.getHeaders().get("X-Request-ID").equals(List.of("smoke-java")), "the id of the request");
        String next = page.getHeaders().get("Link").get(0).replaceAll(".*after=([^&>]*).*", "$1");
        require("Edits".equals(roles.listRoles(1, next, null, null).getResult().get(0).getDescription()), "the next page");
        require(
                memberships.listMembers("editor", null, null, null, null).getResult().stream()
                        .map(Membership::getUser)
                        .collect(Collectors.toList())
                        .equals(List.of("auth0|ann")),
                "listMembers");
        require(roles.deleteRole("editor", null, null).getData().getResult(), "deleteRole");
        System.out.println("The Java client works");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not as described: " + what);
        }
    }
}
