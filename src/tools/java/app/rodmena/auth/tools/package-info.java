/**
 * The tools of run.sh that a running service does not need; {@code cli} finds them by its interface ToolCommands. They
 * may use every package; none uses them. Start with {@link app.rodmena.auth.tools.Tools}.
 */
package app.rodmena.auth.tools;
