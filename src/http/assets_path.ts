/** Where the files of the dashboard are, whose names change with what is in them. */

/** As it is registered. */
export const ASSETS = "/assets/:name{[A-Za-z0-9._-]+}";
