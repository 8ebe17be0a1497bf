#!/usr/bin/env bash
# Builds if necessary, and starts the server or a command. See ./run.sh --help.
set -euo pipefail

# The directory this file is in, also when it is called through links
source_file=${BASH_SOURCE[0]}
while [ -L "$source_file" ]; do
  directory=$(cd -P "$(dirname "$source_file")" && pwd)
  source_file=$(readlink "$source_file")
  case $source_file in /*) ;; *) source_file=$directory/$source_file ;; esac
done
home=$(cd -P "$(dirname "$source_file")" && pwd)
jar=$home/target/auth.jar
built=$home/target/.built # made last, and as old as the build's beginning: one that was cut short does not count

say() { printf 'run.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

usage() {
  cat <<'EOF'
./run.sh [flags]      build if necessary, then run the server in the foreground; Ctrl-C or SIGTERM stops it
./run.sh test [...]   run all tests; further arguments go to Maven, for example -Dtest=DatabaseUrlTest
./run.sh build        build only
./run.sh image        make a container image without PostgreSQL, target/jib-image.tar: docker load, podman load
./run.sh bench        benchmarks beside other servers, about ten minutes; see bench --help
./run.sh capacity ... connections that a fleet opens, and whether PostgreSQL has them: capacity --workers 8
./run.sh demo NAME    cause a failure in a server of its own and diagnose it: lock, slow, leak, idle-in-transaction, kill
./run.sh diagnose ... why the pool of a running server is in its state: [--url http://127.0.0.1:4001] [--json]
./run.sh load ...     put load on a server, and show the use of its pool: load -n 1000 -c 100
./run.sh operator ... add NAME --role monitor|control, remove NAME, list: who may log in to the admin listener,
                      Jolokia and JMX
./run.sh generate-completion   print a completion script: source <(./run.sh generate-completion)
./run.sh --help       this help, and every flag of the server
./run.sh --version    the version

JAVA_HOME   the JDK to build and run with, 17 or newer (else java from the PATH)
JAVA_OPTS   flags for the server's JVM, for example -Xmx256m
MAVEN_ARGS  more arguments for Maven, as --offline; MAVEN_OPTS: flags for Maven's JVM

EOF
}

find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || die "JAVA_HOME is '$JAVA_HOME', but there is no bin/java in it"
  else
    java=$(command -v java) || die "needs a JDK, 17 or newer: java is not on the PATH, and JAVA_HOME is not set"
  fi
  # Read the release file: running java takes almost 100 ms. A shim has no release file beside it.
  java_home=$(dirname "$(dirname "$(readlink -f "$java" || echo "$java")")")
  java_release=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$java_home/release" 2>/dev/null) || true
  if [ -z "$java_release" ]; then
    properties=$("$java" -XshowSettings:properties -version 2>&1)
    java_release=$(sed -n 's/^ *java.version = //p' <<<"$properties")
    java_home=$(sed -n 's/^ *java.home = //p' <<<"$properties")
  fi
  java_version=${java_release#1.} # Java 8 called itself 1.8.0
  java_version=${java_version%%[!0-9]*}
  [ "${java_version:-0}" -ge 17 ] || die "needs Java 17 or newer; $java is ${java_release:-unknown}"
  # The JVM takes an archive only for the same Java and the same path to the jar: Java 25 does not start with the cache
  # of a moved directory, because of a sealed package (xz)
  archive=$home/target/classes-$java_release-$(cksum <<<"$home" | cut -d ' ' -f 1).jsa
  if [ "$java_version" -ge 25 ]; then
    archive=${archive%.jsa}.aot
    quiet_archive+=(-Xlog:aot=off)
  fi
}

need_maven() {
  command -v mvn >/dev/null || die "needs Maven (mvn) to build: Debian's package is maven"
  [ -x "$java_home/bin/javac" ] || die "needs a JDK to build: there is no javac in $java_home"
}

# Builds with the Java that runs the result
maven() (
  cd "$home"
  export JAVA_HOME=$java_home
  if [ "$java_version" -ge 24 ]; then
    # Maven 3's own libraries make these Javas complain
    export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
  fi
  # Maven reads MAVEN_ARGS itself only since 3.9
  words=${MAVEN_ARGS:-}
  unset MAVEN_ARGS
  # shellcheck disable=SC2086  # it is a list of words
  exec mvn -B $words "$@" </dev/null
)

is_built() {
  [ -f "$built" ] && [ -f "$jar" ] && [ -d "$home/target/lib" ] &&
    [ -z "$(find "$home/pom.xml" "$home/.mvn" "$home/src/main" "$home/src/tools" "$home/jmx-dashboards" -newer "$built" -print -quit)" ]
}

build() {
  need_maven
  mkdir -p "$home/target"
  # Two builds in one directory would remove each other's files
  if command -v flock >/dev/null; then
    exec 9>"$home/target/.lock"
    if ! flock -n 9; then
      say "waiting for the end of another build ..."
      flock 9
      ! is_built || { exec 9>&-; return 0; }
    fi
  fi
  say "building (the first time takes a minute or two) ..."
  log=$(mktemp)
  touch "$built.new"
  if ! maven -DskipTests package >"$log" 2>&1; then
    grep -E '^\[(ERROR|WARNING)\]' "$log" | head -40 >&2 || true
    die "the build failed; the whole log is in $log"
  fi
  rm -f "$log" "$home"/target/classes-*.{jsa,aot}
  # Profiles need more load than classes: from 10 s of load, C2 took a sixth more time after a start than from 40 s
  local seconds=10
  case $archive in *.aot) seconds=30 ;; esac
  archive_classes "$seconds" || say "no archive of loaded classes could be made: starts take a little longer"
  mv "$built.new" "$built"
  exec 9>&- # The server must not hold the lock
}

# Starts the server once, puts load on it, and lets the JVM keep the loaded classes, so that it need not read, verify and
# link them again at every start. From Java 25 on the JVM keeps them in an AOT cache with
# profiles of the methods, which the compiler otherwise collects for minutes. $1: seconds of load.
archive_classes() (
  practice=$(mktemp -d "$home/target/practice.XXXXXX") || return 1 # set -e does not hold here
  server=
  trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$practice"' EXIT
  case $archive in
    *.aot) record=-XX:AOTCacheOutput=$practice/archive ;;
    *) record=-XX:ArchiveClassesAtExit=$practice/archive ;;
  esac
  # Without the caller's settings, database and files
  env -i PATH="$PATH" HOME="$HOME" "$java" "$record" "${quiet_archive[@]}" \
    -jar "$jar" --ephemeral --data-dir "$practice/data" --port 0 --admin-port 0 --jolokia-port 0 --jmx-port 0 \
    >"$practice/out" 2>"$practice/err" 9>&- &
  server=$!
  port=
  while [ -z "$port" ] && kill -0 "$server" 2>/dev/null; do
    sleep 0.1
    port=$(port_of Listening)
  done
  [ -n "$port" ] && ask "$port" GET /api/has_permission/user/permission | grep -q 200 || return 1
  env -i "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "$jar" \
    load --url "http://127.0.0.1:$port" --mix all -d "$1s" >"$practice/load" 2>&1 &
  load=$!
  ask_all >/dev/null
  wait "$load" || return 1
  kill "$server"
  wait "$server" && [ -s "$practice/archive" ] || return 1
  server=
  sync "$practice/archive" 2>/dev/null || true # half an archive under its final name would crash the JVM
  mv "$practice/archive" "$archive"
)

# The port of an address that the server has printed
port_of() { sed -n "s|^$1  *http://[^:]*:\([0-9]*\).*|\1|p" "$practice/out"; }

# Requests that the load does not have: the other routes of the API, the admin listener and Jolokia
ask_all() {
  for path in user_permissions/user role_permissions/role which_roles_can/name which_users_can/name user_roles/user \
    members/role workflow/users/name permission/role/name membership/user/role; do
    ask "$port" GET "/api/$path"
  done
  ask "$port" POST /api/check '{"checks": [{"user": "user", "permission": "name"}, {"user": "-"}]}'
  admin=$(port_of Admin)
  for path in pool pool/connections pool/waiters pool/events pool/history statements requests metrics diagnosis \
    incidents capacity fleet health dashboard; do
    ask "$admin" GET "/$path"
  done
  ask "$(port_of Jolokia)" GET /jolokia/search/auth:*
}

# The status line of one request, without asking for curl
ask() (
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf '%s\r\n' "$2 $3 HTTP/1.1" "Host: 127.0.0.1:$1" "Connection: close" "Content-Length: $(printf %s "${4:-}" | wc -c)" \
    "Authorization: Bearer 5eed0000-0000-4000-8000-000000000000" "" >&3
  printf %s "${4:-}" >&3
  read -r -t 5 line <&3 && printf '%s\n' "$line"
)

# A JVM that is out of memory exits, so that its supervisor restarts it
jvm_flags=(-XX:+ExitOnOutOfMemoryError)
# No warning of the JVM about an archive that does not match: the server's first line and --version report it
quiet_archive=(-Xlog:cds=off -Xlog:cds+dynamic=off)

# In a copied directory, or with another Java, the JVM would ignore the archive, and every start would take longer.
# A command does not wait for a new one, a server does, once.
renew_archive() {
  [ ! -f "$archive" ] || return 0
  missing="there is no archive of loaded classes for this directory and Java $java_release"
  case ${1:-} in
    -h | --help | --version) return 0 ;;
    '' | -*)
      if [ -w "$home/target" ]; then
        say "$missing: making one ..."
        rm -f "$home/target/classes-$java_release"-*.{jsa,aot}
        archive_classes 1 && return 0
        : >"$archive" # empty: the next start does not try again
      fi
      ;;
  esac
  say "$missing: starts take longer"
}

# Java 17 can crash if the Flight Recorder starts while classes are loaded from an archive: a SIGSEGV in
# KlassFactory::check_shared_class_file_load_hook. A later start of it, by jcmd, loads few classes.
is_recorded() {
  [[ " $* ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-}" =~ --incident-recording|StartFlightRecording ]] ||
    [ "${AUTH_INCIDENT_RECORDING:-false}" != false ]
}

start() {
  renew_archive "$@"
  usable=$([ -s "$archive" ] && printf %s "$archive") || true
  case $usable in *.jsa) ! is_recorded "$@" || usable= ;; esac
  case $usable in
    # With profiles the optimizing compiler (C2) starts at once and takes one of two cores for about eight seconds. With
    # this limit of inlining (Java's default is 325) it takes half the time, and a warm server is as fast.
    *.aot)
      jvm_flags+=(-XX:AOTCache="$archive" -XX:FreqInlineSize=120 "${quiet_archive[@]}" "-Dauth.archive=AOT cache")
      ;;
    *.jsa) jvm_flags+=(-XX:SharedArchiveFile="$archive" "${quiet_archive[@]}" "-Dauth.archive=class archive") ;;
    *) jvm_flags+=(-Dauth.archive=none) ;;
  esac
  # shellcheck disable=SC2086  # JAVA_OPTS is a list of words
  exec "$java" "${jvm_flags[@]}" ${JAVA_OPTS:-} -jar "$jar" "$@"
}

# Without the embedded PostgreSQL, which the profiles postgres-… add
image() {
  need_maven
  is_built || build
  "$home/src/deploy/image/root.sh" "$java_home" "$home/target/image"
  without=()
  for profile in $(sed -n 's,.*<id>\(postgres-.*\)</id>,\1,p' "$home/pom.xml"); do without+=("-P!$profile"); done
  maven -q -Pimage "${without[@]}" jib:buildTar >&2
  say "$(cd "$home" && ls -sh1 target/jib-image.tar)"
}

# Tests create hundreds of databases and clusters, with 300 to 1,000 files each: on ext4 without a journal, a creation takes
# ten times as much CPU time shortly after a deletion. Four forks needed 3.3 GB; they delete their files. If memory does
# not suffice, the files are in java.io.tmpdir.
tests_in_memory() {
  local space memory
  space=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }') || true
  memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null) || true
  [ "${space:-0}" -ge 12000000 ] && [ "${memory:-0}" -ge 12000000 ] || return 1
  # Tests also run programs there
  awk '$2 == "/dev/shm" && $4 ~ /noexec/ { found = 1 } END { exit found }' /proc/mounts
}

bench_usage() {
  cat <<'EOF'
./run.sh bench [http] [...]           the server beside pgbench and a Spring Boot peer, under load, in turns
./run.sh bench start [...]            how long a start takes, and what memory the server has then
./run.sh bench warmup [...]           requests/s in each second after a start, with and without the archive of classes
./run.sh bench tls [...]              HTTP/1.1 and HTTP/2 with TLS beside plain HTTP/1.1, by h2load
./run.sh bench overload [...]         tenants, deadlines, clients that leave, and a retry storm
./run.sh bench checkout [NAME] [N]    what a checkout with its check-in costs, beside bare HikariCP; or another
                                      benchmark, as Timer; N rounds

EOF
}

bench() {
  what=http
  case ${1:-} in
    http | start | warmup | overload | tls | checkout) what=$1; shift ;;
    -h | --help) bench_usage ;;
    -*) ;;
    ?*) die "there is no benchmark '$1'; ./run.sh bench --help lists them" ;;
  esac
  need_maven
  is_built || build
  # Not to stdout, where what is measured goes
  maven -q -Pbench compiler:testCompile@benchmarks dependency:build-classpath \
    -Dmdep.outputFile=target/bench.classpath >&2
  bench_java=("$java" -Dlogback.configurationFile=app/rodmena/auth/logback.xml -cp "$home/target/bench-classes:$home/target/classes:$(<"$home/target/bench.classpath")")
  case $what in
    checkout) exec "${bench_java[@]}" app.rodmena.auth.Rounds "$@" ;;
    *) exec "${bench_java[@]}" -Dbench.home="$home" -Dbench.jvm.flags="${jvm_flags[*]}" app.rodmena.auth.bench.Bench "$what" "$@" ;;
  esac
}

case ${1:-} in
  test)
    shift
    find_java
    need_maven
    if tests_in_memory; then
      say "the tests' files are in memory, in /dev/shm; with -Dtest.tmpdir=/tmp on disk"
      set -- -Dtest.tmpdir=/dev/shm "$@"
    fi
    maven test "$@"
    ;;
  build)
    find_java
    build
    ;;
  image)
    find_java
    image
    ;;
  bench)
    find_java
    shift
    bench "$@"
    ;;
  load)
    # What measures is to take little of the cores that it shares with what is measured: compiled quickly, and once
    jvm_flags+=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC)
    find_java
    is_built || build
    start "$@"
    ;;
  -h | --help)
    usage
    find_java
    is_built || build
    start "$@"
    ;;
  *)
    find_java
    is_built || build
    start "$@"
    ;;
esac
