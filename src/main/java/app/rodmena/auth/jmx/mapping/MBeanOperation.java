package app.rodmena.auth.jmx.mapping;

import app.rodmena.auth.schema.Description;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.management.ImmutableDescriptor;
import javax.management.MBeanException;
import javax.management.MBeanOperationInfo;
import javax.management.openmbean.OpenMBeanOperationInfo;
import javax.management.openmbean.OpenMBeanOperationInfoSupport;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenMBeanParameterInfoSupport;
import javax.management.openmbean.OpenType;

/** One operation of a bean. */
record MBeanOperation(Method method, MemberDescription description, OpenMapping result, List<Argument> arguments) {
    /** One parameter. */
    record Argument(String name, MemberDescription description, OpenType<?> type) {
        static Argument of(Parameter parameter) {
            return new Argument(
                    parameter.getName(),
                    MemberDescription.of(parameter),
                    OpenMapping.of(parameter.getParameterizedType()).type());
        }

        private OpenMBeanParameterInfo info() {
            return new OpenMBeanParameterInfoSupport(
                    name,
                    description.text(),
                    type,
                    new ImmutableDescriptor(Map.of("openType", type, "units", description.unit())));
        }
    }

    static MBeanOperation of(Method method) {
        return new MBeanOperation(
                method,
                MemberDescription.of(method),
                OpenMapping.of(method.getGenericReturnType()),
                Arrays.stream(method.getParameters()).map(Argument::of).toList());
    }

    /** @throws MBeanException if the number or a type of the arguments does not match */
    void check(Object[] values) throws MBeanException {
        if (values.length != arguments.size()) {
            throw new MBeanException(new IllegalArgumentException(
                    "%s has %s parameters, got %s".formatted(method.getName(), arguments.size(), values.length)));
        }
        for (int i = 0; i < values.length; i++) {
            Argument argument = arguments.get(i);
            if (!argument.type().isValue(values[i])) {
                throw new MBeanException(new IllegalArgumentException("%s of %s must be a %s"
                        .formatted(
                                argument.name(),
                                method.getName(),
                                argument.type().getTypeName())));
            }
        }
    }

    private int impact() {
        if (method.getReturnType() == void.class) {
            return MBeanOperationInfo.ACTION;
        }
        return method.getAnnotation(Description.class).hasSideEffects()
                ? MBeanOperationInfo.ACTION_INFO
                : MBeanOperationInfo.INFO;
    }

    OpenMBeanOperationInfo info() {
        return new OpenMBeanOperationInfoSupport(
                method.getName(),
                description.text(),
                arguments.stream().map(Argument::info).toArray(OpenMBeanParameterInfo[]::new),
                result.type(),
                impact(),
                new ImmutableDescriptor(Map.of("openType", result.type(), "units", description.unit())));
    }
}
