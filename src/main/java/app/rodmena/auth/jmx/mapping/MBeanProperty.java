package app.rodmena.auth.jmx.mapping;

import app.rodmena.auth.schema.RecordSchema;
import java.lang.reflect.Method;
import java.util.Map;
import javax.management.ImmutableDescriptor;
import javax.management.MBeanException;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanAttributeInfoSupport;

/**
 * One attribute of a bean.
 *
 * @param getter the bean's getter, for the attribute's value or for the record that contains it
 * @param field the field of the record; null if the getter returns the attribute's value
 * @param setter the bean's setter; null if the attribute is read-only
 */
record MBeanProperty(
        String name,
        MemberDescription description,
        OpenMapping mapping,
        Method getter,
        RecordSchema.Field field,
        Method setter) {

    /** Calls a bean's getter. */
    @FunctionalInterface
    interface GetterCall {
        Object get(Method getter) throws MBeanException;
    }

    Object read(GetterCall getterCall) throws MBeanException {
        Object value = getterCall.get(getter);
        return mapping.toOpen().apply(field == null ? value : field.of(value));
    }

    OpenMBeanAttributeInfo info() {
        return new OpenMBeanAttributeInfoSupport(
                name,
                description.text(),
                mapping.type(),
                true,
                setter != null,
                getter.getName().startsWith("is"),
                new ImmutableDescriptor(Map.of("openType", mapping.type(), "units", description.unit())));
    }
}
