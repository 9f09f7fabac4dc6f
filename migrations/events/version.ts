/** How many migrations `events.db` has; apart from them, so that knowing it loads nothing. */
export const EVENTS_SCHEMA_VERSION = 1;
