/** All of it as MBeans: what they tell and do, each part with a description; nothing left registered after close. */
package app.rodmena.auth.jmx;
