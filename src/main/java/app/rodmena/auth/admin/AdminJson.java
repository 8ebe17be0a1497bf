package app.rodmena.auth.admin;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.schema.RecordJson;
import app.rodmena.auth.schema.WireFormat;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Writes the JSON of this listener: field names like those of the MBeans, times in UTC with milliseconds. Thread-safe.
 */
final class AdminJson {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .addModule(RecordJson.module())
            .addModule(Json.instants(WireFormat::time))
            .build()
            .writer();

    private AdminJson() {}

    static Response response(Object value) {
        return Response.json(200, bytes(value));
    }

    static byte[] bytes(Object value) {
        return Json.bytes(WRITER, value);
    }
}
