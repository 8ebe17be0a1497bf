package app.rodmena.auth.cli;

import app.rodmena.auth.common.WireNamed;

/** The output format of a command. */
public enum OutputFormat implements WireNamed {
    TEXT,
    JSON,
    MARKDOWN
}
