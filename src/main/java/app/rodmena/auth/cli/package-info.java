/**
 * The program: its main class, the commands of run.sh, the text printed at start and the exit codes. May use all
 * packages; none uses it. Start reading at {@link Main}.
 */
package app.rodmena.auth.cli;
