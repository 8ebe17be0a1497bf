/** The files of src/deploy, run or validated with the programs they are for. */
package app.rodmena.auth.deploy;
