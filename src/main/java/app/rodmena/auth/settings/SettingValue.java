package app.rodmena.auth.settings;

import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.common.WireNamed;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A setting's value as text, with its origin. Converts the text to a type; the error for an invalid one names the flag
 * or the environment variable it is from.
 *
 * @param name the flag or the environment variable, for error messages
 * @param text the value
 * @param origin the origin to print, for example {@code --pool-size}, {@code AUTH_POOL_SIZE}, {@code default}
 */
public record SettingValue(Setting setting, String name, String text, String origin) {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([km]?)");
    private static final int MAX_QUOTE_LENGTH = 80;

    /** The JVM's replacement for characters that the encoding of its locale cannot represent. */
    private static final String REPLACEMENT = "\uFFFD";

    public static SettingValue byFlag(Setting setting, String text) {
        return new SettingValue(setting, setting.flag(), text, setting.flag());
    }

    public static SettingValue byVariable(Setting setting, String text) {
        return new SettingValue(setting, setting.variable(), text, setting.variable());
    }

    public static SettingValue byDefault(Setting setting, String text) {
        return new SettingValue(setting, setting.flag(), text, "default");
    }

    public boolean isDefault() {
        return origin.equals("default");
    }

    public int integer() {
        if (!text.matches("-?\\d{1,9}")) {
            throw refuse("must be a whole number");
        }
        return Integer.parseInt(text);
    }

    public int integer(int min, int max) {
        int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : min - 1;
        if (value < min || value > max) {
            throw refuse("must be %s to %s".formatted(min, max));
        }
        return value;
    }

    /** A number of bytes, for example {@code 16k}; larger values than an int become the largest int. */
    public int size() {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw refuse("must be a size, in bytes or as 16k or 1m");
        }
        return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(matcher.group(1)) << shift(matcher.group(2)));
    }

    public Duration duration() {
        return DurationFormat.parse(text).orElseThrow(() -> refuse(DurationFormat.RULE));
    }

    public boolean bool() {
        return bool("true", "false");
    }

    /** The value; empty for {@code off}. */
    public Optional<SettingValue> unlessOff() {
        return Optional.of(this).filter(value -> !value.text.equals("off"));
    }

    public <E extends Enum<E> & WireNamed> E oneOf(Class<E> type) {
        return WireNamed.find(type, text)
                .orElseThrow(() -> refuse("must be one of " + String.join(", ", WireNamed.names(type))));
    }

    /** True or false, by these words for them. */
    public boolean bool(String yes, String no) {
        if (!text.equals(yes) && !text.equals(no)) {
            throw refuse("must be one of %s, %s".formatted(yes, no));
        }
        return text.equals(yes);
    }

    public Path path() {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw refuse("must be a path");
        }
    }

    public List<String> list() {
        return Stream.of(text.split(",")).map(String::strip).toList();
    }

    /** Whether the JVM could decode the text: in an ASCII locale it replaces every other character. */
    public static boolean isReadable(String text) {
        return !text.contains(REPLACEMENT);
    }

    /** The end of an error message about a text that is not readable, with the remedy. */
    public static String unreadable() {
        return "has characters that the encoding of this process's locale, %s, does not have; start it with LC_ALL=C.UTF-8"
                .formatted(System.getProperty("sun.jnu.encoding"));
    }

    /** Creates the error for an invalid value; the rule says what is allowed. Does not quote a secret. */
    public UsageException refuse(String rule) {
        String from = isDefault() ? " (default)" : "";
        return new UsageException(
                setting.isSecret() ? name + " " + rule : name + ": " + quoted(text) + from + "; " + rule);
    }

    /** Quotes a text in one line: replaces control characters and truncates it to 80 characters. */
    public static String quoted(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return "'"
                + (printable.length() > MAX_QUOTE_LENGTH ? printable.substring(0, MAX_QUOTE_LENGTH) + "..." : printable)
                + "'";
    }

    private static int shift(String unit) {
        return unit.isEmpty() ? 0 : unit.equals("k") ? 10 : 20;
    }
}
