package app.rodmena.auth.jmx.mapping;

import app.rodmena.auth.jmx.mapping.OpenMapping.MemberDescription;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import app.rodmena.auth.schema.RecordSchema;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.ImmutableDescriptor;
import javax.management.InvalidAttributeValueException;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.NotificationEmitter;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import javax.management.ReflectionException;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanAttributeInfoSupport;
import javax.management.openmbean.OpenMBeanConstructorInfo;
import javax.management.openmbean.OpenMBeanInfoSupport;
import javax.management.openmbean.OpenMBeanOperationInfo;
import javax.management.openmbean.OpenMBeanOperationInfoSupport;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenMBeanParameterInfoSupport;
import javax.management.openmbean.OpenType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open MBean backed by an ordinary object. The object's public methods with {@link Description} define it: getters
 * are attributes, setters make them writable, all other methods are operations.
 *
 * <p>Attributes that are read in one call and come from one getter ({@link Flatten}) are of the same instant. Clients
 * receive the message of an {@link IllegalArgumentException} or {@link IllegalStateException}, in an exception of the
 * JDK, whose class every client has. Thread-safe if the object is.
 */
public class DescribedMBean implements DynamicMBean {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jmx");

    private final Object bean;
    private final Map<String, MBeanProperty> properties = new TreeMap<>();
    private final Map<String, MBeanOperation> operations = new TreeMap<>();
    private final MBeanInfo info;

    /** Creates the MBean; a part without a description or an open type causes an IllegalArgumentException. */
    public DescribedMBean(Object bean) {
        this(bean, new MBeanNotificationInfo[0]);
    }

    DescribedMBean(Object bean, MBeanNotificationInfo[] notifications) {
        this.bean = bean;
        List<Method> described = Arrays.stream(bean.getClass().getMethods())
                .filter(method -> method.isAnnotationPresent(Description.class))
                .toList();
        for (Method method : described) {
            method.setAccessible(true);
            if (isGetter(method)) {
                addProperties(method, described);
            } else if (!isSetter(method)) {
                putUnique(operations, method.getName(), MBeanOperation.of(method));
            }
        }
        info = new OpenMBeanInfoSupport(
                bean.getClass().getPackageName() + "." + bean.getClass().getSimpleName(),
                MemberDescription.of(bean.getClass()).text(),
                properties.values().stream().map(MBeanProperty::info).toArray(OpenMBeanAttributeInfo[]::new),
                new OpenMBeanConstructorInfo[0],
                operations.values().stream().map(MBeanOperation::info).toArray(OpenMBeanOperationInfo[]::new),
                notifications,
                new ImmutableDescriptor(Map.of("immutableInfo", "true")));
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        return info;
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException, MBeanException {
        MBeanProperty property = property(name);
        return property.value(call(property.getter()));
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        Map<Method, Object> valuesByGetter = new HashMap<>();
        AttributeList values = new AttributeList();
        for (String name : names) {
            try {
                MBeanProperty property = property(name);
                if (!valuesByGetter.containsKey(property.getter())) {
                    valuesByGetter.put(property.getter(), call(property.getter()));
                }
                values.add(new Attribute(name, property.value(valuesByGetter.get(property.getter()))));
            } catch (AttributeNotFoundException | MBeanException e) {
                LOG.debug("Attribute {} is omitted from a response", name, e);
            }
        }
        return values;
    }

    @Override
    public void setAttribute(Attribute attribute)
            throws AttributeNotFoundException, InvalidAttributeValueException, MBeanException {
        MBeanProperty property = property(attribute.getName());
        if (property.setter() == null) {
            throw new AttributeNotFoundException(attribute.getName() + " is read-only");
        }
        if (!property.mapping().type().isValue(attribute.getValue())) {
            throw new InvalidAttributeValueException("%s must be a %s"
                    .formatted(attribute.getName(), property.mapping().type().getTypeName()));
        }
        try {
            call(property.setter(), attribute.getValue());
        } catch (MBeanException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                throw new InvalidAttributeValueException(e.getMessage());
            }
            throw e;
        }
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        AttributeList written = new AttributeList();
        for (Attribute attribute : attributes.asList()) {
            try {
                setAttribute(attribute);
                written.add(attribute);
            } catch (AttributeNotFoundException | InvalidAttributeValueException | MBeanException e) {
                LOG.debug("Attribute {} was not written", attribute.getName(), e);
            }
        }
        return written;
    }

    @Override
    public Object invoke(String name, Object[] arguments, String[] signature)
            throws MBeanException, ReflectionException {
        MBeanOperation operation = operations.get(name);
        if (operation == null) {
            throw new ReflectionException(new NoSuchMethodException(name), "No such operation: " + name);
        }
        Object[] values = arguments == null ? new Object[0] : arguments;
        operation.check(values);
        return operation.result().toOpen().apply(call(operation.method(), values));
    }

    private MBeanProperty property(String name) throws AttributeNotFoundException {
        MBeanProperty property = properties.get(name);
        if (property == null) {
            throw new AttributeNotFoundException("No such attribute: " + name);
        }
        return property;
    }

    private Object call(Method method, Object... arguments) throws MBeanException {
        try {
            return method.invoke(bean, arguments);
        } catch (InvocationTargetException e) {
            throw toMBeanException(method, e.getCause());
        } catch (IllegalAccessException e) {
            throw toMBeanException(method, e);
        }
    }

    private static MBeanException toMBeanException(Method method, Throwable failure) {
        String message = failure.getMessage();
        if (failure instanceof IllegalArgumentException) {
            return new MBeanException(new IllegalArgumentException(message), message);
        }
        if (failure instanceof IllegalStateException) {
            return new MBeanException(new IllegalStateException(message), message);
        }
        LOG.error("{} failed", method.getName(), failure);
        String clientMessage = "%s failed with an unexpected error; see the server's log".formatted(method.getName());
        return new MBeanException(new IllegalStateException(clientMessage), clientMessage);
    }

    private void addProperties(Method getter, List<Method> described) {
        String name = getter.getName().replaceFirst("^(get|is)", "");
        addProperty(name, getter, null, MemberDescription.of(getter), described);
        if (getter.isAnnotationPresent(Flatten.class)) {
            for (RecordSchema.Field field :
                    RecordSchema.of(getter.getReturnType()).fields()) {
                addProperty(capitalised(field.name()), getter, field, MemberDescription.of(field), described);
            }
        }
    }

    private void addProperty(
            String name,
            Method getter,
            RecordSchema.Field field,
            MemberDescription description,
            List<Method> described) {
        OpenMapping mapping = OpenMapping.of(field == null ? getter.getGenericReturnType() : field.type());
        Method setter = described.stream()
                .filter(method -> isSetter(method) && method.getName().equals("set" + name))
                .findFirst()
                .orElse(null);
        MemberDescription whole = setter == null ? description : description.whenWritten(MemberDescription.of(setter));
        OpenMBeanAttributeInfo attribute = new OpenMBeanAttributeInfoSupport(
                name,
                whole.text(),
                mapping.type(),
                true,
                setter != null,
                getter.getName().startsWith("is"),
                whole.descriptor(mapping.type()));
        putUnique(properties, name, new MBeanProperty(attribute, mapping, getter, field, setter));
    }

    private static <T> void putUnique(Map<String, T> parts, String name, T part) {
        if (parts.put(name, part) != null) {
            throw new IllegalArgumentException(name + " is defined twice");
        }
    }

    private static boolean isGetter(Method method) {
        return method.getName().matches("(get|is)[A-Z].*")
                && method.getParameterCount() == 0
                && method.getReturnType() != void.class;
    }

    private static boolean isSetter(Method method) {
        return method.getName().matches("set[A-Z].*")
                && method.getParameterCount() == 1
                && method.getReturnType() == void.class;
    }

    private static String capitalised(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    /**
     * One attribute of a bean.
     *
     * @param getter the bean's getter, for the attribute's value or for the record that contains it
     * @param field the field of the record; null if the getter returns the attribute's value
     * @param setter the bean's setter; null if the attribute is read-only
     */
    private record MBeanProperty(
            OpenMBeanAttributeInfo info, OpenMapping mapping, Method getter, RecordSchema.Field field, Method setter) {
        /** @param returned what the getter returned */
        Object value(Object returned) {
            return mapping.toOpen().apply(field == null ? returned : field.of(returned));
        }
    }

    /** One operation of a bean. */
    private record MBeanOperation(
            Method method, OpenMapping result, OpenMBeanOperationInfo info, List<OpenMBeanParameterInfo> parameters) {
        static MBeanOperation of(Method method) {
            MemberDescription description = MemberDescription.of(method);
            OpenMapping result = OpenMapping.of(method.getGenericReturnType());
            List<OpenMBeanParameterInfo> parameters = Arrays.stream(method.getParameters())
                    .map(MBeanOperation::info)
                    .toList();
            OpenMBeanOperationInfo info = new OpenMBeanOperationInfoSupport(
                    method.getName(),
                    description.text(),
                    parameters.toArray(OpenMBeanParameterInfo[]::new),
                    result.type(),
                    impact(method),
                    description.descriptor(result.type()));
            return new MBeanOperation(method, result, info, parameters);
        }

        private static OpenMBeanParameterInfo info(Parameter parameter) {
            MemberDescription description = MemberDescription.of(parameter);
            OpenType<?> type = OpenMapping.of(parameter.getParameterizedType()).type();
            return new OpenMBeanParameterInfoSupport(
                    parameter.getName(), description.text(), type, description.descriptor(type));
        }

        private static int impact(Method method) {
            if (method.getReturnType() == void.class) {
                return MBeanOperationInfo.ACTION;
            }
            return method.getAnnotation(Description.class).hasSideEffects()
                    ? MBeanOperationInfo.ACTION_INFO
                    : MBeanOperationInfo.INFO;
        }

        /** @throws MBeanException if the number or a type of the arguments does not match */
        void check(Object[] values) throws MBeanException {
            if (values.length != parameters.size()) {
                throw new MBeanException(new IllegalArgumentException(
                        "%s has %s parameters, got %s".formatted(method.getName(), parameters.size(), values.length)));
            }
            for (int i = 0; i < values.length; i++) {
                OpenMBeanParameterInfo parameter = parameters.get(i);
                if (!parameter.isValue(values[i])) {
                    String type = parameter.getOpenType().getTypeName();
                    throw new MBeanException(new IllegalArgumentException(
                            "%s of %s must be a %s".formatted(parameter.getName(), method.getName(), type)));
                }
            }
        }
    }

    /** An MBean that emits notifications. */
    public static final class NotifyingMBean extends DescribedMBean implements NotificationEmitter {
        private final NotificationEmitter emitter;

        public NotifyingMBean(Object bean, NotificationEmitter emitter) {
            super(bean, emitter.getNotificationInfo());
            this.emitter = emitter;
        }

        @Override
        public void addNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback) {
            emitter.addNotificationListener(listener, filter, handback);
        }

        @Override
        public void removeNotificationListener(NotificationListener listener) throws ListenerNotFoundException {
            emitter.removeNotificationListener(listener);
        }

        @Override
        public void removeNotificationListener(
                NotificationListener listener, NotificationFilter filter, Object handback)
                throws ListenerNotFoundException {
            emitter.removeNotificationListener(listener, filter, handback);
        }

        @Override
        public MBeanNotificationInfo[] getNotificationInfo() {
            return emitter.getNotificationInfo();
        }
    }
}
