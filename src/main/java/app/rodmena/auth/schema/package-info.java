/**
 * Describes each record once: name, unit and description of its fields. MBeans, JSON and texts are made of these
 * descriptions by generic mappers. Uses no other package. Start at {@link app.rodmena.auth.schema.RecordSchema}.
 */
package app.rodmena.auth.schema;
