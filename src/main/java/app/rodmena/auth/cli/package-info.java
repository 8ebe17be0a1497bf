/**
 * The commands of run.sh that run once and end: their output and their exit codes. The root package parses their
 * command lines. Start reading at {@link Command}.
 */
package app.rodmena.auth.cli;
