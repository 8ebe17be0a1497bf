#!/usr/bin/env bash
# Makes the image's root directory without the server: a Java runtime with the modules that the server uses, and the
# system libraries that this runtime needs, both of this machine. root.sh JAVA_HOME DIRECTORY
set -euo pipefail
java_home=$1 root=$2
die() { printf 'image: %s\n' "$*" >&2; exit 1; }

[ -x "$java_home/bin/jlink" ] && [ -d "$java_home/jmods" ] ||
  die "needs a JDK with jlink and its jmods directory (Debian: openjdk-17-jdk-headless); there is none in $java_home"
command -v ldd >/dev/null || die "needs ldd, to find the libraries of the runtime (Debian: libc-bin)"
[[ $(ldd "$java_home/bin/java") == *libc.so.6* ]] || die "needs a system with glibc; this one has another C library"

rm -rf "$root"
mkdir -p "$root/opt" "$root/etc" "$root/tmp" "$root/var/lib/auth"
"$java_home/bin/jlink" --output "$root/opt/java" --strip-debug --no-man-pages --no-header-files --compress=2 \
  --add-modules java.desktop,java.management.rmi,java.naming,java.security.sasl,java.sql,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.management.agent,jdk.net,jdk.unsupported,jdk.zipfs \
  2> >(grep -v 'compress=2' >&2)
# No window toolkit: java.desktop is there for java.beans only
find "$root/opt/java/lib" -name 'lib*awt*' -o -name 'libfontmanager.so' -o -name 'libjsound.so' -o -name 'libsplashscreen.so' \
  -o -name 'libjavajpeg.so' -o -name 'liblcms.so' -o -name 'libmlib_image.so' -o -name 'libfreetype.so' | xargs -r rm
# The image has no links: licences are copied
cp -rL "$root/opt/java/legal" "$root/opt/legal" && rm -r "$root/opt/java/legal" && mv "$root/opt/legal" "$root/opt/java/legal"

# Libraries keep their paths, which the loader and its path are part of
find "$root/opt/java" -type f \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper \) -exec ldd {} + 2>/dev/null |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && $2 ~ /^\(/ { print $1 }' |
  grep -v "^$root" | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

# As in /etc/hosts first, then DNS; a name for the user id
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
echo 'auth:x:65532:65532::/var/lib/auth:/sbin/nologin' >"$root/etc/passwd"
echo 'auth:x:65532:' >"$root/etc/group"
