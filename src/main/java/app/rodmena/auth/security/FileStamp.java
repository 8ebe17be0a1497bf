package app.rodmena.auth.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** The attributes of a file that change when it is edited or replaced. */
record FileStamp(FileTime modified, long bytes, Object inode) {
    /** The stamp of a file that does not exist or cannot be read. */
    static final FileStamp NONE = new FileStamp(FileTime.fromMillis(0), -1, "");

    static FileStamp of(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    attributes.lastModifiedTime(),
                    attributes.size(),
                    attributes.fileKey() == null ? "" : attributes.fileKey());
        } catch (IOException e) {
            return NONE;
        }
    }
}
